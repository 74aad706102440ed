/*
 * E18 Sends by every object of the runtime that can send, to a listener that nothing allows
 * wall: network
 * ends: returns 0
 */
export default async (input) => {
	const url = `http://${input.forbidden}/`;
	let sent = 0;
	const tries = [
		() => navigator.sendBeacon(url, "x"),
		() => new Request(url).clone().fetch(),
		() => new EventSource(url),
		() => new WebSocket(url.replace("http", "ws")),
		() => new Response(null, { status: 101, webSocket: {} }),
		() => new HTMLRewriter().on("*", { element: (element) => element.setAttribute("src", url) }).transform(new Response(`<img src="${url}">`)).text(),
		() => Response.redirect(url).body,
		() => Object.getPrototypeOf(async () => {}).constructor.fetch(url),
		() => ServiceWorkerGlobalScope.prototype.fetch.call(globalThis, url),
		() => Reflect.getPrototypeOf(globalThis).fetch(url),
		() => new PerformanceObserver(() => {}).observe({ type: "resource", url }),
		() => caches.default.match(url),
		() => new MessageChannel().port1.postMessage(new Request(url), []),
	];
	for (const attempt of tries) {
		try {
			const got = await attempt();
			if (got instanceof Response) sent += 1;
		} catch {
			// Refused.
		}
	}
	return sent;
};
