import assert from "node:assert/strict";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import type { ResponseValue } from "../../../worker/verbs/response-value.ts";
import type { BoundGrant, VerbOutcome } from "../../../worker/verbs/verb.ts";

const ALL = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/** A grant for servers on loopback, every method, plain http, unless the rule says otherwise. */
export const loopbackGrant = (
	ports: readonly number[],
	parts: Record<string, unknown> = {},
	rule: Record<string, unknown> = {},
): BoundGrant =>
	httpFetch.bind({ verb: "http.fetch", allow: [{ host: "127.0.0.1", ports, scheme: "http", methods: ALL, ...rule }], ...parts });

/** The response of a fetch that went well. */
export const responseOf = (outcome: VerbOutcome): ResponseValue["$response"] => {
	assert(outcome.kind === "done", outcome.kind === "failed" ? `${outcome.code}: ${outcome.message}` : "");
	assert(isResponseValue(outcome.value));
	return outcome.value.$response;
};

const isResponseValue = (value: unknown): value is ResponseValue => typeof value === "object" && value !== null && "$response" in value;
