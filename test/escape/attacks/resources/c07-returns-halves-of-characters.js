/*
 * C07 Returns halves of characters, zeros and separators as values and as keys
 * wall: boundary
 * ends: returns {"\ud800": "\udc00", "\u0000": "\u2028", "a\u202eb": "\ufeff"}
 */
export default async () => ({ "\ud800": "\udc00", "\0": "\u2028", "a\u202eb": "\ufeff" });
