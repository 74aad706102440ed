/*
 * H22 Opens a WebSocket and an event source past the grants, and asks a grant for an upgrade
 * wall: network
 * ends: returns [["WebSocket",false],["EventSource",false],"egress_denied","egress_denied",false]
 * limits: { "wallMs": 5000 }
 */
export default async (input, env) => {
	const got = [];
	for (const name of ["WebSocket", "EventSource"]) {
		let opened = false;
		try {
			const made = new globalThis[name](`${name === "WebSocket" ? "ws" : "http"}://${input.forbidden}/`);
			opened = await new Promise((resolve) => {
				made.addEventListener("open", () => resolve(true));
				made.addEventListener("message", () => resolve(true));
				made.addEventListener("error", () => resolve(false));
				made.addEventListener("close", () => resolve(false));
				setTimeout(() => resolve(false), 500);
			});
			made.close();
		} catch {}
		got.push([name, opened]);
	}
	const upgrade = { headers: { upgrade: "websocket", connection: "upgrade", "sec-websocket-version": "13", "sec-websocket-key": "x3JJHMbDL1EzLkh9GBhXDw==" } };
	got.push(await env.web.fetch(`http://${input.upstream}/`, upgrade).then((r) => "ESCAPED " + r.status, (e) => e.code));
	got.push(await fetch(`ws://${input.upstream}/`).then((r) => "ESCAPED " + r.status, (e) => e.code));
	const quiet = await env.web.fetch(`http://${input.upstream}/`);
	got.push("webSocket" in quiet && quiet.webSocket !== null && quiet.webSocket !== undefined);
	return got;
};
