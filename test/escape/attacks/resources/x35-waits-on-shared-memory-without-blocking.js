/*
 * X35 Waits on shared memory that nobody writes to, without blocking
 * wall: wall-time
 * ends: program_threw | wall_time_exceeded | never_settled
 * limits: { "cpuMs": 200, "wallMs": 800 }
 */
export default async () => {
	const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
	await Atomics.waitAsync(new Int32Array(buffer), 0, 0).value;
	return "woken";
};
