/*
 * E10 Makes Wasm of bytes by every door
 * wall: isolate
 * ends: returns ["refused","refused","refused","refused","refused","refused","refused"]
 */
const BYTES = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
const asResponse = () => new Response(BYTES, { headers: { "content-type": "application/wasm" } });
export default async () => {
	const said = [];
	for (const make of [
		() => new WebAssembly.Module(BYTES),
		() => new WebAssembly.Module(BYTES, { builtins: ["js-string"] }),
		() => WebAssembly.compile(BYTES),
		() => WebAssembly.instantiate(BYTES, {}),
		() => WebAssembly.compileStreaming(asResponse()),
		() => WebAssembly.instantiateStreaming(asResponse(), {}),
		() => new WebAssembly.Instance({ __proto__: WebAssembly.Module.prototype }, {}),
	]) {
		try {
			await make();
			said.push("ESCAPED");
		} catch {
			said.push("refused");
		}
	}
	return said;
};
