/*
 * E03 Looks through every module of the runtime for a binding, an export of another Worker or a stub
 * wall: nouns
 * ends: returns []
 */
const NAMES = "workers sockets email workflows node ai br d1 vectorize pipelines images durable-objects loader tracing".split(" ");
export default async () => {
	const found = [];
	const look = (path, value, depth) => {
		if ((typeof value !== "object" && typeof value !== "function") || value === null || depth > 3) return;
		const name = Object.prototype.toString.call(value);
		const isInstance = typeof value === "object" && value !== value.constructor?.prototype;
		if (isInstance && /Fetcher|Stub|Loopback|Namespace|Loader|Bucket|Database|Socket/.test(name)) found.push(`${path} ${name}`);
		for (const key of Reflect.ownKeys(value)) {
			try {
				look(`${path}.${String(key)}`, value[key], depth + 1);
			} catch {
				// Refused.
			}
		}
	};
	for (const name of NAMES) {
		try {
			const specifier = `cloudflare:${name}`;
			const { env, exports, ...rest } = await import(specifier);
			for (const [key, bindings] of Object.entries({ env, exports })) {
				for (const binding of Object.keys(bindings ?? {})) found.push(`${name}.${key}.${binding}`);
			}
			for (const key of Object.keys(rest)) look(`${name}.${key}`, rest[key], 0);
		} catch {
			// Not there.
		}
	}
	return found;
};
