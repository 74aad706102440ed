/*
 * C06 Returns one value more than a result may have
 * wall: boundary
 * ends: result_too_large | result_not_serializable
 * limits: { "cpuMs": 2000 }
 */
export default async () => Array.from({ length: 100_001 }, () => 0);
