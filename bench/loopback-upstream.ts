import { type LoopbackServer, startLoopbackServer } from "../scripts/support/loopback-server.ts";

const COMPLETION = JSON.stringify({
	id: "chatcmpl-1",
	object: "chat.completion",
	created: 1,
	model: "m",
	choices: [{ index: 0, message: { role: "assistant", content: "pong" }, finish_reason: "stop" }],
	usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
});
const ANSWER = JSON.stringify({ ok: true });

/** What verbs reach in a measurement: it answers `/v1/chat/completions` as a model's provider does, everything else with `{"ok":true}`, and at once. */
export const startLoopbackUpstream = (): Promise<LoopbackServer> =>
	startLoopbackServer((request, response) => {
		request.resume().on("end", () => {
			const body = request.url === "/v1/chat/completions" ? COMPLETION : ANSWER;
			response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
		});
	});
