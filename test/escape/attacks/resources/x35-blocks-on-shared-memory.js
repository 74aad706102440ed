/*
 * X35 Blocks its thread on shared memory that nobody writes to
 * wall: wall-time
 * ends: program_threw
 * limits: { "cpuMs": 200, "wallMs": 800 }
 */
export default async () => {
	const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
	Atomics.wait(new Int32Array(buffer), 0, 0);
	return "woken";
};
