/*
 * E10 Makes Wasm from bytes
 * wall: isolate
 * ends: returns "CompileError"
 */
export default async () => {
	try {
		await WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
		return "made";
	} catch (e) {
		return e.name;
	}
};
