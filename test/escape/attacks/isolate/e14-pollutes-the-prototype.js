/*
 * E14 Pollutes the prototype
 * wall: isolate
 * ends: returns false
 */
export default async (_input, env) => {
	for (const k of [
		"then",
		"toJSON",
		"kind",
		"code",
		"message",
		"outcome",
		"value",
		"get",
		"set",
		"polluted",
		"0",
		"length",
		"enumerable",
		"body",
		"redirect",
		"grant",
	])
		Object.defineProperty(Object.prototype, k, {
			__proto__: null,
			get() {
				return "polluted";
			},
			set() {},
			configurable: true,
		});
	return env.files.exists("/workspace/output/none").catch((e) => "threw " + e.code);
};
