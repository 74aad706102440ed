/*
 * E13 Patches strings and arrays
 * wall: isolate
 * ends: contained
 */
export default async () => {
	for (const p of [
		String.prototype,
		Array.prototype,
		Object.prototype,
		Map.prototype,
		RegExp.prototype,
		Number.prototype,
	])
		for (const k of Reflect.ownKeys(p)) {
			if (k === "constructor" || k === "__proto__") continue;
			try {
				Object.defineProperty(p, k, {
					value: () => {
						throw new Error("patched");
					},
				});
			} catch {}
		}
	return 1;
};
