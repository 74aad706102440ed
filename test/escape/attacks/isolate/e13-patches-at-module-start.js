/*
 * E13 Patches what the harness uses while its module starts, before the harness calls it
 * wall: isolate
 * ends: returns [false,"kept"]
 */
const forged = () => "ESCAPED";
for (const holder of [JSON, Reflect, Object, Number, String, Math, Symbol, Array, Promise, Date, Error, Uint8Array, ArrayBuffer, WeakMap, Map, Set]) {
	for (const target of [holder, holder.prototype]) {
		for (const key of Reflect.ownKeys(target ?? {})) {
			if (["prototype", "constructor", "length", "name", "then", "catch", "finally"].includes(key) || typeof key === "symbol") continue;
			if (typeof Reflect.getOwnPropertyDescriptor(target, key)?.value !== "function") continue;
			if (holder === Reflect || (holder === Object && key.startsWith("getOwn"))) continue;
			if (holder === Array && key === "includes") continue;
			if (holder === String && key === "startsWith") continue;
			try {
				target[key] = forged;
			} catch {
				// Read only.
			}
		}
	}
}
export default async (input, env) => {
	await env.files.writeText("/workspace/output/kept.txt", "kept");
	return [await env.files.exists("/workspace/output/none"), await env.files.readText("/workspace/output/kept.txt")];
};
