/*
 * X14 Gives a request whose URL, method and headers are other ones at each reading
 * wall: egress
 * limits: { "wallMs": 25000 }
 * ends: returns ["refused or as decided"]
 */
export default async (input, env) => {
	const good = `http://${input.upstream}/echo`;
	const bad = `http://${input.forbidden}/`;
	const turning = (...values) => {
		let turn = 0;
		return () => values[Math.min(turn++, values.length - 1)];
	};
	const targets = [
		() => ({ toString: turning(good, bad), valueOf: () => bad }),
		() => ({ [Symbol.toPrimitive]: turning(good, good, bad) }),
		() => Object.defineProperty(new URL(good), "href", { get: turning(good, bad) }),
		() => Object.defineProperty(new Request(good), "url", { get: turning(good, bad) }),
		() => new Proxy(new URL(good), { get: (target, key) => (key === "href" || key === "toString" ? turning(good, bad) : Reflect.get(target, key)) }),
		() => new (class extends URL { get href() { return bad; } toString() { return bad; } })(good),
		() => new (class extends Request { get url() { return bad; } })(good),
	];
	const inits = [() => ({}), () => Object.defineProperty({}, "method", { get: turning("GET", "DELETE") }), () => ({ get headers() { return { host: input.forbidden }; } }), () => ({ method: { toString: turning("GET", "DELETE") } })];
	const said = new Set();
	await Promise.all(targets.flatMap((target) => inits.map(async (init) => {
		said.add(await env.web.fetch(target(), init()).then((r) => (new URL(r.url).host === input.upstream ? "refused or as decided" : `ESCAPED ${r.url}`), (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused or as decided" : `${e.code} ${e.message}`)));
	})));
	return [...said];
};
