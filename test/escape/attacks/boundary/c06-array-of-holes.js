/*
 * C06 Returns an array of four thousand million holes
 * wall: boundary
 * ends: result_too_large
 */
export default () => ({ a: new Array(2 ** 32 - 1) });
