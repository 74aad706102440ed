/*
 * E13 Sees the harness's own promises by Promise.prototype.constructor, and looks in them for a binding
 * wall: nouns
 * ends: returns []
 */
export default async (input, env) => {
	const then = Promise.prototype.then;
	const found = new Set();
	const look = (value, depth) => {
		if ((typeof value !== "object" && typeof value !== "function") || value === null || depth > 3) return;
		if (/Fetcher|JsRpc|Stub|Service/.test(Object.prototype.toString.call(value))) found.add(Object.prototype.toString.call(value));
		for (const key of Reflect.ownKeys(value)) {
			const own = Reflect.getOwnPropertyDescriptor(value, key);
			if (own !== undefined && "value" in own) look(own.value, depth + 1);
		}
	};
	const kept = Reflect.getOwnPropertyDescriptor(Promise.prototype, "constructor");
	Object.defineProperty(Promise.prototype, "constructor", {
		configurable: true,
		get() {
			look(this, 0);
			return undefined;
		},
	});
	Promise.prototype.then = function (fulfilled, rejected) {
		look(this, 0);
		return Reflect.apply(then, this, [
			(value) => {
				look(value, 0);
				return fulfilled?.(value);
			},
			rejected,
		]);
	};
	await env.files.exists("/workspace/output/none");
	await env.files.readText("/nowhere").catch(() => undefined);
	Promise.prototype.then = then;
	Object.defineProperty(Promise.prototype, "constructor", kept);
	return [...found];
};
