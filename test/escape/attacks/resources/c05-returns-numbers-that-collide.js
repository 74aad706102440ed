/*
 * C05 Returns a set of whole numbers that all have one hash
 * wall: boundary
 * ends: contained
 * limits: { "cpuMs": 2000 }
 */
export default async () => new Set(Array.from({ length: 5_000 }, (_, i) => BigInt(i) << 64n));
