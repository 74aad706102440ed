import type { ServerResponse } from "node:http";
import { type SeenRequest, startUpstream, type Upstream } from "../node/verbs/upstream.ts";
import { type Saying, wireOf } from "./wire-formats.ts";

/** How a provider answers: says something in its format, or does as it likes with the connection. */
export type Reply = Saying | ((response: ServerResponse, request: SeenRequest) => void);

/** A model that says so many parts and tells its usage. */
export const saying = (...parts: string[]): Saying => ({ parts, usage: { input: 11, output: 7 } });

/** A status with a body, as a provider's gateway would send it. */
export const refusing =
	(status: number, body = '{"error":{"message":"upstream text"}}', headers: Record<string, string> = {}): Reply =>
	(response) => {
		response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
	};

/** Never answers. */
export const silent: Reply = () => undefined;

/** Sends events (or a piece of a body) and then nothing: neither more nor an end. */
export const stalling =
	(type: string, body: string): Reply =>
	(response) => {
		response.writeHead(200, { "content-type": type }).write(body);
	};

/** Sends a piece of a body and breaks the connection. */
export const breaking =
	(type: string, body: string): Reply =>
	(response) => {
		response.writeHead(200, { "content-type": type });
		response.write(body, () => response.destroy());
	};

/** A whole body under a type. */
export const sending =
	(type: string, body: string | Buffer): Reply =>
	(response) => {
		response.writeHead(200, { "content-type": type }).end(body);
	};

/** A real HTTP server on loopback that speaks every provider's format, by the path that is asked; the last reply repeats. */
export const startProvider = async (...replies: Reply[]): Promise<Upstream> => {
	let asked = 0;
	return await startUpstream((request, response) => {
		const reply = replies[Math.min(asked, replies.length - 1)] ?? silent;
		asked += 1;
		if (typeof reply === "function") {
			reply(response, request);
			return;
		}
		const wire = wireOf(request.path, request.body);
		if (wire === null) {
			response.writeHead(404).end();
		} else if (wire.stream) {
			response.writeHead(200, { "content-type": "text/event-stream" }).end(wire.format.events(reply).join(""));
		} else {
			response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(wire.format.whole(reply)));
		}
	});
};
