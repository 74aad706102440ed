/*
 * F06 Waits in shared memory for ever, in the thread itself
 * wall: wall-time
 * ends: program_threw | wall_time_exceeded
 * limits: { "cpuMs": 600, "wallMs": 1200, "memoryMb": 64 }
 */
export default () => {
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
	Atomics.wait(new Int32Array(memory.buffer), 0, 0);
	return "ESCAPED";
};
