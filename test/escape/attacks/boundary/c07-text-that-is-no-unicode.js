/*
 * C07 Returns halves of surrogate pairs, NUL, line separators and the byte order mark, in texts and in keys
 * wall: boundary
 * ends: returns {"\ud800":"\udfff","\u0000":"\u2028\u2029","\ufeff":"\ufeff","\u202e":"\ufffe\uffff"}
 */
export default () => ({ "\ud800": "\udfff", "\0": "\u2028\u2029", "\ufeff": "\ufeff", "\u202e": "\ufffe\uffff" });
