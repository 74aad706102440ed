import { createParser, type EventSourceMessage } from "eventsource-parser";
import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import { dropBody } from "./drop-body.ts";
import { ToolFailure, tooLarge, unreachable } from "./tool-failure.ts";
import type { Wire } from "./tool-wire.ts";

/** What the SDK's transport calls in the place of fetch(). */
export type McpFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

const SESSION_ID = /^[\x21-\x7e]+$/;

/**
 * Fetches for the SDK's transport, over the wire of one call. Every answer is read here, bounded in bytes, time, depth and values, until the message that
 * answers `awaitedId()` is there; the transport gets that message alone, as JSON, so that no stream stays open. Requests of the server itself (sampling,
 * elicitation, roots) are refused as JSON-RPC has it; a ping is answered.
 * @param awaitedId id of the request under way; null for notifications.
 */
export const mcpFetch =
	(wire: Wire, awaitedId: () => string | null): McpFetch =>
	async (url, init) => {
		// The transport would like a standing stream of events, which nobody here listens to.
		if (init?.method === "GET") return new Response(null, { status: 405 });
		const id = awaitedId();
		const headers = [...new Headers(init?.headers ?? {})];
		const request = { method: init?.method ?? "POST", url: new URL(url), headers, body: typeof init?.body === "string" ? init.body : null };
		const response = await wire.send(request);
		const session = sessionHeaders(response);
		if (!response.ok || id === null || response.status === 202) {
			dropBody(response);
			return new Response(null, { status: response.ok ? 202 : response.status, headers: session });
		}
		const server = new ServerRequests(wire, request);
		const message = await readAnswer(response, id, wire, server);
		return Response.json(message, { headers: session });
	};

const sessionHeaders = (response: Response): Record<string, string> => {
	const id = response.headers.get("mcp-session-id");
	if (id === null) return {};
	if (id.length <= LIMITS.toolSessionIdChars && SESSION_ID.test(id)) return { "mcp-session-id": id };
	dropBody(response);
	throw unreachable();
};

const readAnswer = async (response: Response, id: string, wire: Wire, server: ServerRequests): Promise<unknown> => {
	const [type = ""] = (response.headers.get("content-type") ?? "").split(";", 1);
	switch (type.trim().toLowerCase()) {
		case "application/json":
			return (await pickAnswer(new TextDecoder().decode(await wire.read(response)), id, wire, server)) ?? noAnswer();
		case "text/event-stream":
			return (await readEvents(response, id, wire, server)) ?? noAnswer();
		default:
			dropBody(response);
			throw new ToolFailure("upstream_failed", "the tool server answered with another type of content than an MCP server does");
	}
};

const noAnswer = (): never => {
	throw new ToolFailure("upstream_failed", "the tool server ended its answer without a message that answers the request");
};

/** The message among those of one text; null when it is none of them. Requests of the server in it are refused on the way. */
const pickAnswer = async (text: string, id: string, wire: Wire, server: ServerRequests): Promise<unknown> => {
	const read = readBoundedJson(text);
	if (read.kind === "refused") {
		if (read.why === "the text is not JSON") return null;
		throw tooLarge(wire.bounds.responseBytes);
	}
	for (const message of Array.isArray(read.value) ? read.value : [read.value]) {
		if (!isJsonObject(message)) continue;
		if (Object.hasOwn(message, "method")) await server.refuse(message);
		else if (message["id"] === id) return message;
	}
	return null;
};

const readEvents = async (response: Response, id: string, wire: Wire, server: ServerRequests): Promise<unknown> => {
	const decoder = new TextDecoder();
	const events: EventSourceMessage[] = [];
	const parser = createParser({ onEvent: (event) => events.push(event) });
	for await (const part of wire.parts(response)) {
		parser.feed(decoder.decode(part, { stream: true }));
		for (const event of events.splice(0)) {
			const isMessage = event.data !== "" && (event.event ?? "message") === "message";
			const answer = isMessage ? await pickAnswer(event.data, id, wire, server) : null;
			if (answer !== null) return answer;
		}
	}
	return null;
};

/** Requests that the server sends while it is asked something. */
class ServerRequests {
	readonly #wire: Wire;
	readonly #request: Parameters<Wire["send"]>[0];
	#count = 0;

	/** @param request the request under way, whose headers the replies carry. */
	constructor(wire: Wire, request: Parameters<Wire["send"]>[0]) {
		this.#wire = wire;
		this.#request = request;
	}

	/** Does nothing for a notification. @throws ToolFailure past LIMITS.toolServerRequests */
	async refuse(message: Record<string, unknown>): Promise<void> {
		const { id, method } = message;
		if (typeof id !== "number" && (typeof id !== "string" || id.length > LIMITS.toolNameChars)) return;
		this.#count += 1;
		if (this.#count > LIMITS.toolServerRequests)
			throw new ToolFailure("upstream_failed", "the tool server asked too much while it was asked");
		const reply = method === "ping" ? { result: {} } : { error: { code: -32_601, message: "This client answers no requests." } };
		const response = await this.#wire.send({ ...this.#request, body: JSON.stringify({ jsonrpc: "2.0", id, ...reply }) });
		dropBody(response);
	}
}
