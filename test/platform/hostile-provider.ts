import { startUpstream, type Upstream } from "../node/verbs/upstream.ts";

/** A provider that is told by the model's id how to misbehave, and counts the answers that are still open. */
export interface HostileProvider extends Upstream {
	/** Answers that were begun and neither ended nor broken off. */
	open(): number;
}

const chunk = (content: string): string =>
	`data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

/** What a provider may say that it used. */
export const LIES = [
	"null",
	'{"prompt_tokens":-5,"completion_tokens":-7}',
	'{"prompt_tokens":1e308,"completion_tokens":1e308}',
	'{"prompt_tokens":"1","completion_tokens":1.5}',
];

/** `endless` sends for ever, `stalling` sends one token and nothing more, `silent` never answers, `lying-<n>` reports the n-th of LIES as its usage. */
export const startHostileProvider = async (): Promise<HostileProvider> => {
	let open = 0;
	const upstream = await startUpstream((request, response) => {
		open += 1;
		response.on("close", () => {
			open -= 1;
		});
		const [manner = "", which = "0"] = String(JSON.parse(request.body).model).split("-");
		if (manner === "silent") return;
		if (manner === "lying") {
			const usage = LIES[Number(which)];
			const choices = '[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]';
			const body = `{"id":"c","object":"chat.completion","created":1,"model":"m","choices":${choices},"usage":${usage}}`;
			response.writeHead(200, { "content-type": "application/json" }).end(body);
			return;
		}
		response.writeHead(200, { "content-type": "text/event-stream" });
		if (manner === "stalling") {
			response.write(chunk("x"));
			return;
		}
		const send = (): void => {
			while (!response.destroyed && response.write(chunk("x".repeat(1_000)))) {
				// Until the connection is full.
			}
		};
		response.on("drain", send);
		send();
	});
	return Object.assign(upstream, { open: () => open });
};
