/*
 * X30 Fills, reverses and joins array-likes of 2^53 nothings
 * wall: cpu
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (const method of ["reverse", "copyWithin", "fill", "join"]) Array.prototype[method].call({ length: Number.MAX_SAFE_INTEGER }, 1, 0);
};
