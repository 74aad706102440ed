/*
 * C07 Returns keys that are longer than a result may be
 * wall: boundary
 * ends: result_too_large | result_not_serializable
 * limits: { "cpuMs": 1000 }
 */
export default async () => ({ ["k".repeat(2 << 20)]: 1 });
