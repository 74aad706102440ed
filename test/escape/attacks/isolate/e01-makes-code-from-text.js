/*
 * E01 Makes code from text
 * wall: isolate
 * ends: returns ["EvalError", "EvalError", "EvalError", "EvalError"]
 */
export default async () => {
	const said = [];
	for (const f of [
		() => eval("1"),
		() => new Function("return 1")(),
		() => (async () => {}).constructor("return 1")(),
		() => function* () {}.constructor("yield 1")(),
		() => setTimeout("globalThis.x = 1", 0),
	]) {
		try {
			f();
			said.push("made");
		} catch (e) {
			said.push(e.name);
		}
	}
	return said.slice(0, 4);
};
