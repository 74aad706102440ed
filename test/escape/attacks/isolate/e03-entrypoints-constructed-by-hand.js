/*
 * E03 Constructs entrypoints and durable objects by hand, with contexts of its own
 * wall: nouns
 * ends: returns []
 */
export default async () => {
	const name = ["cloudflare", "workers"].join(":");
	const workers = await import(name);
	const { default: Harness } = await import(["..", "harness.js"].join("/")).catch(() => ({ default: undefined }));
	const found = [];
	for (const Kind of [workers.WorkerEntrypoint, workers.DurableObject, workers.WorkflowEntrypoint, Harness]) {
		for (const args of [[], [{}, {}], [globalThis, globalThis], [Object.create(null), { files: 1 }]]) {
			try {
				const made = Reflect.construct(Kind, args);
				for (const bindings of [made.env, made.ctx?.exports, made.ctx?.storage, made.ctx?.props]) {
					for (const key of Object.keys(bindings ?? {})) if (bindings[key] !== args[1]?.[key] && args[0] !== globalThis) found.push(key);
				}
			} catch {
				// Illegal.
			}
		}
	}
	return found;
};
