import { type LoopbackServer, startLoopbackServer } from "../support/loopback-server.ts";

/** A stand-in for a model's provider on loopback: OpenAI's chat completions, one fixed answer, and the key it was shown. */
export interface ModelServer extends LoopbackServer {
	readonly keys: readonly string[];
}

const ANSWER = "Japanese cars go furthest on a gallon, European ones come second, American ones last.";

export const startModel = async (): Promise<ModelServer> => {
	const keys: string[] = [];
	const server = await startLoopbackServer((request, response) => {
		keys.push(request.headers.authorization ?? "");
		request.resume().on("end", () => {
			const choices = [{ index: 0, message: { role: "assistant", content: ANSWER }, finish_reason: "stop" }];
			const usage = { prompt_tokens: 60, completion_tokens: 20, total_tokens: 80 };
			response.writeHead(200, { "content-type": "application/json" });
			response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 0, model: "stand-in", choices, usage }));
		});
	});
	return { ...server, keys };
};
