/*
 * C06 Returns a hundred thousand small values and one more
 * wall: boundary
 * ends: result_too_large
 */
export default () => Array.from({ length: 100_000 }, () => 0);
