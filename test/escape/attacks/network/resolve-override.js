/*
 * X11 Asks the runtime to resolve the allowed name to another address, and to cache and rewrite on the way
 * wall: egress
 * ends: returns [200,200,200]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const tries = [
		{ cf: { resolveOverride: input.forbidden, cacheEverything: true, cacheTtl: 600 } },
		{ cache: "force-cache", mode: "no-cors", credentials: "include", referrer: `http://${input.forbidden}/`, integrity: "" },
		{ dispatcher: { connect: input.forbidden }, agent: { host: "127.0.0.1" }, proxy: `http://${input.forbidden}`, duplex: "half", fetcher: {}, unix: "/run/x.sock" },
	];
	const said = await Promise.all(tries.map((init) => env.web.fetch(`http://${input.upstream}/options`, init).then((r) => r.status, (e) => (e.code === "invalid_arguments" ? 200 : e.code))));
	return said;
};
