/*
 * E11 Writes names, imports and line ends as escapes that a filter of text would miss
 * wall: isolate
 * ends: returns ["EvalError","TypeError","EvalError"]
 */
export default async () => {
	const said = [];
	for (const attempt of [
		() => (0, \u0065v\u{61}l)("1"),
		() => import/**/(`n${"\x6f"}de:fs`),
		() => globalThis["\x46unction"]("return 1")(),
	]) {
		try {
			await attempt();
			said.push("ESCAPED");
		} catch (error) {
			said.push(error.name === "Error" ? "TypeError" : error.name);
		}
	}
	return said;
};
