/*
 * F06 Builds a clock out of a counter in shared memory
 * wall: isolate
 * ends: returns []
 */
export default async () => {
	const found = [];
	for (const name of ["SharedArrayBuffer", "Worker", "Temporal"]) if (typeof globalThis[name] !== "undefined") found.push(name);
	if (typeof Atomics.waitAsync !== "undefined") found.push("waitAsync");
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
	const cells = new Int32Array(memory.buffer);
	try {
		// Where it may wait at all, it waits for a second at most.
		found.push(`wait ${Atomics.wait(cells, 0, 0, 1_000)}`);
	} catch {
		// Refused.
	}
	try {
		structuredClone(memory.buffer);
		new MessageChannel().port1.postMessage(memory.buffer);
	} catch {
		// Refused.
	}
	return found;
};
