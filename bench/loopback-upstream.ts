import { once } from "node:events";
import { createServer } from "node:http";

/** What verbs reach in a measurement: a server on loopback that answers at once. */
export interface LoopbackUpstream {
	/** `127.0.0.1:port` */
	readonly host: string;
	/** `http://127.0.0.1:port` */
	readonly origin: string;
	close(): Promise<void>;
}

const COMPLETION = JSON.stringify({
	id: "chatcmpl-1",
	object: "chat.completion",
	created: 1,
	model: "m",
	choices: [{ index: 0, message: { role: "assistant", content: "pong" }, finish_reason: "stop" }],
	usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
});
const ANSWER = JSON.stringify({ ok: true });

/** Answers `/v1/chat/completions` as a model's provider does, and everything else with `{"ok":true}`. */
export const startLoopbackUpstream = async (): Promise<LoopbackUpstream> => {
	const server = createServer((request, response) => {
		request.resume().on("end", () => {
			const body = request.url === "/v1/chat/completions" ? COMPLETION : ANSWER;
			response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("Starting an upstream: it has no port, wanted one on loopback");
	const host = `127.0.0.1:${address.port}`;
	return {
		host,
		origin: `http://${host}`,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
};
