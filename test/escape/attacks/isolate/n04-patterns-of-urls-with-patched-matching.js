/*
 * N04 Matches URL patterns with a patched exec that makes its match grow and shrink
 * wall: isolate
 * ends: contained
 */
export default () => {
	const exec = RegExp.prototype.exec;
	const said = [];
	for (const lie of [
		() => Object.assign(new Array(1e5).fill("x"), { index: 0, groups: { __proto__: null } }),
		() => [],
		() => ({ length: 2 ** 32, 0: "x" }),
		() => 7,
		function (text) {
			const match = Reflect.apply(exec, this, [text]);
			if (match !== null) Object.defineProperty(match, 1, { get() { match.length = 0; return "x"; } });
			return match;
		},
	]) {
		RegExp.prototype.exec = lie;
		try {
			const pattern = new URLPattern({ pathname: "/:a/:b(\\d+)/*" });
			said.push(typeof pattern.exec("http://x.test/1/2/3"), pattern.test("http://x.test/1/2/3"));
		} catch (error) {
			said.push(error.name);
		}
	}
	RegExp.prototype.exec = exec;
	return said;
};
