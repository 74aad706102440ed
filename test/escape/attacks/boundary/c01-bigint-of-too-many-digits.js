/*
 * C01 Returns a BigInt of one digit more than a result may have
 * wall: boundary
 * ends: result_too_large
 */
export default () => ({ a: [10n ** 4_096n] });
