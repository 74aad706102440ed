/*
 * E18 Calls every method and getter of the runtime on receivers that are not its own: env, grants, the global object, proxies
 * wall: isolate
 * ends: contained
 * limits: { "cpuMs": 2000 }
 */
const SKIPPED = new Set(["close", "abort", "postMessage", "dispatchEvent"]);
export default async (input, env) => {
	const receivers = [env, env.files, globalThis, new Proxy({}, {}), null, new Response("x"), Object.create(Response.prototype), console];
	let calls = 0;
	for (const name of Object.getOwnPropertyNames(globalThis)) {
		const prototype = globalThis[name]?.prototype;
		if (typeof prototype !== "object" || prototype === null || /Error$|^(?:Function|Promise|Iterator|Array|Atomics)/.test(name)) continue;
		for (const key of Reflect.ownKeys(prototype)) {
			const own = Reflect.getOwnPropertyDescriptor(prototype, key);
			for (const method of [own?.value, own?.get]) {
				if (typeof method !== "function" || SKIPPED.has(String(key)) || key === "constructor") continue;
				for (const receiver of receivers) {
					calls += 1;
					try {
						const got = Reflect.apply(method, receiver, [{}, {}, {}]);
						got?.catch?.(() => undefined);
					} catch {
						// Illegal.
					}
				}
			}
		}
	}
	return calls > 1_000;
};
