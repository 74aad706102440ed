/*
 * E10 Uses Wasm's exceptions, tables, globals and suspension without a module
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const made = [];
	for (const make of [
		() => new WebAssembly.Exception(WebAssembly.JSTag, [new Error("x")]),
		() => new WebAssembly.Tag({ parameters: ["externref"] }),
		() => new WebAssembly.Table({ initial: 10, element: "externref" }).set(0, globalThis),
		() => new WebAssembly.Table({ initial: 1e9, element: "anyfunc" }),
		() => new WebAssembly.Global({ value: "externref", mutable: true }, globalThis),
		() => new WebAssembly.Suspending(async () => 1),
		() => WebAssembly.promising(() => 1),
		() => new WebAssembly.Memory({ initial: 1, maximum: 65_536 }).grow(65_000),
	]) {
		try {
			make();
			made.push("made");
		} catch (error) {
			made.push(error.name);
		}
	}
	return made;
};
