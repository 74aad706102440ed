/*
 * C08 Returns keys that look alike: cases, alphabets, forms of one letter
 * wall: boundary
 * ends: returns {"a": 1, "A": 2, "\u0430": 3, "\u00e9": 4, "e\u0301": 5, "a\u200b": 6}
 */
export default async () => ({ a: 1, A: 2, "\u0430": 3, "\u00e9": 4, "e\u0301": 5, "a\u200b": 6 });
