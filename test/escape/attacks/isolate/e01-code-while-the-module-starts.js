/*
 * E01 Evaluates text while its module starts, where a runtime may still allow it
 * wall: isolate
 * ends: returns ["EvalError","EvalError","CompileError"]
 */
const said = [];
for (const make of [
	() => (0, eval)("1"),
	() => new Function("return 1")(),
	() => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
]) {
	try {
		make();
		said.push("ESCAPED");
	} catch (error) {
		said.push(error.name);
	}
}
export default () => said;
