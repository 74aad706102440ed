/*
 * C08 Returns keys that look alike, which must stay different
 * wall: boundary
 * ends: returns {"a":1,"A":2,"\u0430":3,"\u00e9":4,"e\u0301":5,"a\u200b":6," a":7,"1":8,"01":9,"1.0":10,"\uff41":11}
 */
export default () => ({ 1: 8, a: 1, A: 2, "\u0430": 3, "\u00e9": 4, "e\u0301": 5, "a\u200b": 6, " a": 7, "01": 9, "1.0": 10, "\uff41": 11 });
