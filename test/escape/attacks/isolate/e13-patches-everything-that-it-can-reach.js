/*
 * E13 Patches everything that it can reach
 * wall: isolate
 * ends: contained
 * limits: { "cpuMs": 3000 }
 */
export default async () => {
	const seen = new Set();
	const walk = (o, d) => {
		if (o === null || (typeof o !== "object" && typeof o !== "function") || seen.has(o) || d > 3) return;
		seen.add(o);
		for (const k of Reflect.ownKeys(o)) {
			let v;
			try {
				v = o[k];
			} catch {
				continue;
			}
			walk(v, d + 1);
			if (typeof v === "function")
				try {
					o[k] = () => '{"outcome":{"kind":"returned","result":"forged"}}';
				} catch {}
		}
	};
	walk(globalThis, 0);
	return 1;
};
