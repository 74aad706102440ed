/*
 * C01 Returns a whole number of a million digits
 * wall: boundary
 * ends: result_too_large | result_not_serializable
 * limits: { "cpuMs": 1000 }
 */
export default async () => (10n ** 1_000_000n) - 1n;
