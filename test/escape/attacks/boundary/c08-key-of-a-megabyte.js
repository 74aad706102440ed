/*
 * C08 Returns keys of a megabyte
 * wall: boundary
 * ends: result_too_large
 */
export default () => ({ ["k".repeat(1 << 20)]: 1, ["\0".repeat(1 << 18)]: 2 });
