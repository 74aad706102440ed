import { WorkerEntrypoint } from "cloudflare:workers";
import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { GateCall } from "../executor/protocol.ts";
import { readToken } from "./attempt-token.ts";
import { performCall } from "./perform-call.ts";

/** A call's arguments are a JSON string inside JSON, where a character may take six. */
const BODY_BYTES = LIMITS.argumentBytes * 6 + 4_096;

/** The gate as executor processes of one machine reach it: a private socket, opened only to them, where every call shows its attempt's token. */
export class GateSocket extends WorkerEntrypoint<Env> {
	override async fetch(request: Request): Promise<Response> {
		if (request.method !== "POST" || new URL(request.url).pathname !== "/call") return new Response(null, { status: 404 });
		const authority = readToken(this.env, (request.headers.get("authorization") ?? "").replace(/^Bearer /, ""));
		if (authority === null) return new Response(null, { status: 401 });
		if (Number(request.headers.get("content-length") ?? Number.POSITIVE_INFINITY) > BODY_BYTES) return new Response(null, { status: 413 });
		const body = readBoundedJson(await request.text());
		const call = GateCall.safeParse(body.kind === "value" ? body.value : null);
		if (!call.success) return new Response(null, { status: 400 });
		return Response.json(await performCall(this.env, authority, call.data));
	}
}
