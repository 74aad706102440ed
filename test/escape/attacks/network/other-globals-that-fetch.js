/*
 * X12 Looks for everything else in a runtime that loads from a URL
 * wall: network
 * ends: returns []
 * limits: { "wallMs": 5000 }
 */
export default async (input) => {
	const url = `http://${input.forbidden}/`;
	const got = [];
	const tries = {
		xhr: () => { const x = new XMLHttpRequest(); x.open("GET", url, false); x.send(); return x.responseText; },
		beacon: () => void navigator.sendBeacon(url, "x"),
		scripts: () => importScripts(url),
		transport: async () => { const t = new WebTransport(url); await t.ready; return "open"; },
		rtc: () => new RTCPeerConnection({ iceServers: [{ urls: `stun:${input.forbidden}` }] }) && "made",
		worker: () => new Worker(url) && "made",
		image: () => { new Image().src = url; return "made"; },
		cache: async () => { await caches.default.put(url, new Response("x")); return (await caches.default.match(url)) ? "cached" : undefined; },
		add: async () => { const c = await caches.open("x"); await c.add(url); return "added"; },
		wasm: async () => (await WebAssembly.compileStreaming(fetch(url))) && "compiled",
		stylesheet: async () => (await import(url)) && "imported",
		rewriter: () => new HTMLRewriter().transform(new Response("<a>")).url && "rewrote",
	};
	for (const [name, go] of Object.entries(tries)) {
		try { const said = await Promise.race([go(), new Promise((resolve) => setTimeout(resolve, 300))]); if (said) got.push(`ESCAPED ${name} ${said}`); } catch {}
	}
	return got;
};
