/*
 * C06 Returns typed arrays of far more bytes than a result may have
 * wall: boundary
 * ends: result_too_large | memory_exceeded | program_threw
 * limits: { "cpuMs": 2000 }
 */
export default async () => [new Uint8Array(64 << 20), new BigInt64Array(1 << 20), new DataView(new ArrayBuffer(1 << 20))];
