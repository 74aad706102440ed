/*
 * X19 Walks everything that can be reached from its grants, functions and prototypes included, for sealed texts
 * wall: nouns
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const seen = new Set();
	const texts = [];
	const walk = (value, depth) => {
		if (typeof value === "string") { texts.push(value); return; }
		if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value) || depth > 8) return;
		seen.add(value);
		if (typeof value === "function") texts.push(Function.prototype.toString.call(value));
		for (const key of Reflect.ownKeys(value)) {
			texts.push(String(key));
			try { const d = Reflect.getOwnPropertyDescriptor(value, key); for (const part of [d.value, d.get, d.set]) walk(part, depth + 1); if (d.get) walk(d.get.call(value), depth + 1); } catch {}
		}
		walk(Object.getPrototypeOf(value), depth + 1);
	};
	walk(env, 0);
	walk(globalThis, 3);
	return texts.filter((text) => /sealed-|sk-[0-9a-f]{8}|tool-[0-9a-f]{8}|cordon_[a-z0-9]{8}|Bearer [a-z0-9]{8}/i.test(text)).map((text) => "ESCAPED " + text.slice(0, 80));
};
