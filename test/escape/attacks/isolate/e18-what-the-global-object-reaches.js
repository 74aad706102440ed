/*
 * E18 Walks from the global object, its env and its input over every property, prototype and getter to a thing of the host
 * wall: isolate
 * ends: returns []
 */
export default async (input, env) => {
	const found = new Set();
	const seen = new Set();
	const waiting = [
		["global", globalThis],
		["env", env],
		["input", input],
		["response", new Response("x")],
		["request", new Request("http://x.test/")],
		["console", console],
	];
	while (waiting.length > 0 && seen.size < 20_000) {
		const [path, value] = waiting.pop();
		if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
		seen.add(value);
		const tag = Object.prototype.toString.call(value);
		const isInstance = typeof value === "object" && value !== value.constructor?.prototype;
		if (isInstance && /Fetcher|Rpc|Stub|Loopback|Namespace|Loader|Socket|Cache|Execution|Scheduled|Storage|Kv|R2|D1|Queue/.test(tag))
			found.add(`${path} ${tag}`);
		waiting.push([`${path}.__proto__`, Object.getPrototypeOf(value)]);
		for (const key of Reflect.ownKeys(value)) {
			const own = Reflect.getOwnPropertyDescriptor(value, key);
			for (const part of ["value", "get", "set"]) if (own?.[part] !== undefined) waiting.push([`${path}.${String(key)}`, own[part]]);
			try {
				if (own?.get !== undefined) waiting.push([`${path}.${String(key)}()`, Reflect.apply(own.get, value, [])]);
			} catch {
				// For another receiver.
			}
		}
	}
	return [...found];
};
