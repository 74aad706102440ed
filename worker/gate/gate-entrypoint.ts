import { WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { Env } from "../env.ts";
import { type GateAnswer, GateCall } from "../executor/protocol.ts";
import { readToken } from "./attempt-token.ts";
import { carryOutHere } from "./carry-out-here.ts";
import { performCall } from "./perform-call.ts";

const Props = z.object({ token: z.string(), grant: z.string() });

/**
 * The gate as isolates of Worker Loader reach it: the one binding of one grant of one attempt. It has one method, and nothing that the isolate made is
 * looked at before it is known to be a string.
 */
export class Gate extends WorkerEntrypoint<Env> {
	/** @returns JSON text of a GateAnswer, or its frames where the method answers in parts: bytes that the host makes and the isolate reads. */
	async call(method: unknown, args: unknown, at: unknown): Promise<string | ReadableStream<Uint8Array>> {
		const props = Props.parse(this.ctx.props);
		const authority = readToken(this.env, props.token);
		const isText = typeof method === "string" && typeof args === "string" && typeof at === "string";
		const call = isText ? GateCall.safeParse({ grant: props.grant, method, args, at }) : null;
		if (authority === null || call === null || !call.success) {
			const refusal: GateAnswer = {
				kind: "error",
				code: "invalid_arguments",
				message: "Calling a grant: wanted a method, encoded arguments and a place",
				hint: "",
				atMs: null,
			};
			return JSON.stringify(refusal);
		}
		const reply = await performCall(this.env, authority, call.data);
		if (reply.kind === "answer") return reply.text;
		if (reply.kind === "engine") return await carryOutHere(this.env, authority, reply.work);
		this.ctx.waitUntil(reply.ended);
		return reply.frames;
	}
}
