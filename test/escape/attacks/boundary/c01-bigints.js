/*
 * C01 Returns BigInts, on their own and as keys, up to the digits that a result may have
 * wall: boundary
 * ends: returns [{"$bigint":"10"},{"$bigint":"0"},{"$map":[[{"$bigint":"1"},{"$bigint":"2"}]]},4096]
 */
export default () => [10n, -0n, new Map([[1n, 2n]]), `${10n ** 4_095n}`.length];
