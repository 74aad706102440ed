/*
 * C05 Returns one after the other all that looks like data and is none
 * wall: boundary
 * ends: returns []
 */
class Account {}
class Own extends Map {}
const THINGS = {
	regexp: /a/,
	error: new Error("x"),
	symbol: Symbol("x"),
	weakMap: new WeakMap(),
	boxedText: new String("x"),
	boxedBigInt: Object(1n),
	boxedSymbol: Object(Symbol("x")),
	instance: new Account(),
	promise: Promise.resolve(1),
	generator: (function* () {})(),
	iterator: [1][Symbol.iterator](),
	proxyOfMap: new Proxy(new Map(), {}),
	proxyOfDate: new Proxy(new Date(), {}),
	url: new URL("http://x.test/"),
	headers: new Headers(),
	form: new FormData(),
	format: new Intl.NumberFormat(),
	memory: new WebAssembly.Memory({ initial: 1 }),
	finalizer: new FinalizationRegistry(() => {}),
	global: globalThis,
	math: Object.create(Math),
	fakeDate: Object.create(Date.prototype),
	fakeMap: Object.create(Map.prototype),
	fakeBytes: Object.create(Uint8Array.prototype),
	inheritsNothing: Object.create(Object.create(null)),
};
export default async (input, env) => {
	const sent = [];
	for (const [name, value] of Object.entries(THINGS)) {
		const code = await env.state.put("thing", { value }).then(
			() => "sent",
			(error) => error.code,
		);
		if (code !== "invalid_arguments" && !["url", "headers"].includes(name)) sent.push(`${name} ${code}`);
	}
	await env.state.put("own", new Own([[1, 2]])).catch(() => sent.push("a subclass of Map is refused"));
	return sent;
};
