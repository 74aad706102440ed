/*
 * E15 Overrides every well-known symbol on every prototype while calls are under way
 * wall: isolate
 * ends: returns [false,true]
 */
export default async (input, env) => {
	const lie = () => {
		throw new Error("ESCAPED into the harness");
	};
	const names = ["toPrimitive", "hasInstance", "isConcatSpreadable", "match", "matchAll", "replace", "search", "split", "species", "toStringTag"];
	const pending = env.files.exists("/workspace/output/none");
	for (const name of names) {
		for (const holder of [Object, Function, Array, RegExp, String, Promise, Map, Set, Error, Date]) {
			for (const target of [holder, holder.prototype]) {
				try {
					Object.defineProperty(target, Symbol[name], { configurable: true, get: lie });
				} catch {
					// Read only.
				}
			}
		}
	}
	const answer = await pending;
	await env.files.writeJson("/workspace/output/a", { a: [1, "x", true] });
	return [answer, await env.files.exists("/workspace/output/a")];
};
