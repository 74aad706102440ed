/*
 * B14 Returns a deep chain
 * wall: boundary
 * ends: result_not_serializable | result_too_large
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 128 }
 * grants: []
 */
export default async () => {
	let a = 1;
	for (let i = 0; i < 1e6; i++) a = [a];
	return a;
};
