/*
 * X17 Doubles a string
 * wall: memory
 * ends: program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	let s = "x";
	for (;;) s += s;
};
