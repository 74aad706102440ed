import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A stand-in for a model's provider on loopback: OpenAI's chat completions, one fixed answer, and the key it was shown. */
export interface ModelServer {
	readonly host: string;
	readonly keys: readonly string[];
	close(): Promise<void>;
}

const ANSWER = "Japanese cars go furthest on a gallon, European ones come second, American ones last.";

export const startModel = async (): Promise<ModelServer> => {
	const keys: string[] = [];
	const server = createServer((request, response) => {
		keys.push(request.headers.authorization ?? "");
		request.resume().on("end", () => {
			const choices = [{ index: 0, message: { role: "assistant", content: ANSWER }, finish_reason: "stop" }];
			const usage = { prompt_tokens: 60, completion_tokens: 20, total_tokens: 80 };
			response.writeHead(200, { "content-type": "application/json" });
			response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 0, model: "stand-in", choices, usage }));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	return {
		host: `127.0.0.1:${isAddressInfo(address) ? address.port : 0}`,
		keys,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
};

const isAddressInfo = (address: string | AddressInfo | null): address is AddressInfo => typeof address === "object" && address !== null;
