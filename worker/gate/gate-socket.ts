import { WorkerEntrypoint } from "cloudflare:workers";
import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { ENGINE_WORK, GateCall } from "../executor/protocol.ts";
import { type Authority, readToken } from "./attempt-token.ts";
import { saveImage, sendImage } from "./engine-calls.ts";
import { findEngineCall, finishEngineWork } from "./engine-work.ts";
import { serveImport } from "./import-calls.ts";
import { performCall } from "./perform-call.ts";

/** A call's arguments are a JSON string inside JSON, where a character may take six. */
const CALL_BYTES = (LIMITS.argumentBytes + LIMITS.choicesChars) * 6 + 4_096;
/** An engine's answer has its rows as a JSON string inside JSON; beside them the names of columns and tables. */
const FINISH_BYTES = LIMITS.sqlAnswerBytes.max * 2 + 2 * LIMITS.resourceBytes;

/**
 * The gate as executor processes of one machine reach it: a private socket, opened only to them. Every request shows its attempt's token, or its import's.
 * `POST /call`; for a call whose work an engine does, `GET` and `PUT /image` and `POST /finish` with its id as `?call=`; `/import/…` for an import.
 */
export class GateSocket extends WorkerEntrypoint<Env> {
	override async fetch(request: Request): Promise<Response> {
		const { pathname, searchParams } = new URL(request.url);
		const token = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
		if (pathname.startsWith("/import/")) return await serveImport(this.env, token, request, pathname);
		const authority = readToken(this.env, token);
		const callId = searchParams.get("call") ?? "";
		switch (`${request.method} ${pathname}`) {
			case "POST /call":
				return authority === null ? unknownToken() : await this.#call(authority, request);
			case "GET /image":
			case "PUT /image":
				return authority === null ? unknownToken() : await this.#image(authority, callId, request);
			case "POST /finish":
				return authority === null ? unknownToken() : await this.#finish(authority, callId, request);
			default:
				return new Response(null, { status: 404 });
		}
	}

	async #call(authority: Authority, request: Request): Promise<Response> {
		const text = await readText(request, CALL_BYTES);
		if (text === null) return new Response(null, { status: 413 });
		const body = readBoundedJson(text);
		const call = GateCall.safeParse(body.kind === "value" ? body.value : null);
		if (!call.success) return new Response(null, { status: 400 });
		const reply = await performCall(this.env, authority, call.data);
		if (reply.kind === "answer") return new Response(reply.text, { headers: { "content-type": "application/json" } });
		if (reply.kind === "engine") return new Response(JSON.stringify(reply.work), { headers: { "content-type": ENGINE_WORK } });
		this.ctx.waitUntil(reply.ended);
		return new Response(reply.frames, { headers: { "content-type": "application/x-ndjson" } });
	}

	async #image(authority: Authority, callId: string, request: Request): Promise<Response> {
		const open = findEngineCall(authority, callId);
		if (open === null) return new Response(null, { status: 404 });
		if (request.method === "GET") return await sendImage(this.env, open);
		const isSaved = request.body !== null && (await saveImage(this.env, open, request.body));
		return new Response(null, { status: isSaved ? 204 : 409 });
	}

	/** What is too large to be read ends the call as an answer that cannot be read does. */
	async #finish(authority: Authority, callId: string, request: Request): Promise<Response> {
		const text = (await readText(request, FINISH_BYTES)) ?? "";
		return new Response(await finishEngineWork(this.env, authority, callId, text), { headers: { "content-type": "application/json" } });
	}
}

const unknownToken = (): Response => new Response(null, { status: 401 });

/** Null when the length is not said, or is more than `mostBytes`. */
const readText = async (request: Request, mostBytes: number): Promise<string | null> => {
	if (Number(request.headers.get("content-length") ?? Number.POSITIVE_INFINITY) > mostBytes) return null;
	return await request.text();
};
