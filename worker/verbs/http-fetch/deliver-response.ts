import { LIMITS } from "../../../contract/limits.ts";
import { responseValue } from "../response-value.ts";
import type { VerbOutcome } from "../verb.ts";
import * as failures from "./fetch-failures.ts";
import type { Hop } from "./next-hop.ts";
import type { FetchCall } from "./perform-fetch.ts";
import { emitParts } from "./emit-parts.ts";
import { dropBody, readBody } from "./read-body.ts";
import type { Redactor } from "./redact-secret.ts";
import type { HeaderList } from "./request-headers.ts";
import { keepHeaders, textOrBytes } from "./response-headers.ts";
import { storeBody } from "./store-body.ts";
import { type BodyEnd, streamBody } from "./stream-body.ts";

const BODYLESS_STATUSES = new Set([204, 205, 304]);
const NO_BYTES = new Uint8Array(0);

/** A response on its way to the program, its credentials redacted in all but the body. */
interface Head {
	readonly status: number;
	readonly url: string;
	readonly headers: HeaderList;
}

/** Gives the response to the program, to it in parts, or to the run's contents, as the plan says: bounded and redacted. */
export const deliverResponse = async (call: FetchCall, hop: Hop, response: Response): Promise<VerbOutcome> => {
	const { plan, credential, spending } = call;
	const hasBody = hop.method !== "HEAD" && !BODYLESS_STATUSES.has(response.status);
	const headers = keepHeaders(response.headers, hasBody);
	if (headers === null || !hasBody) dropBody(response);
	if (headers === null) return failures.tooLarge(plan.responseBytes)(spending.sentBytes());
	const redactor = credential.redactor();
	const head: Head = {
		status: response.status,
		url: redactor.text(hop.url.href),
		headers: headers.map(([name, text]) => [redactor.text(name), redactor.text(text)] as const),
	};
	const body = hasBody ? response.body : null;
	switch (plan.deliver) {
		case "whole":
			return deliverWhole(call, head, body, redactor, response.headers.get("content-type"));
		case "parts":
			return deliverParts(call, head, body, redactor);
		case "handle":
			return deliverHandle(call, head, body, redactor);
	}
};

type Body = ReadableStream<Uint8Array> | null;

const done = ({ spending }: FetchCall, value: unknown): VerbOutcome => ({
	kind: "done",
	value,
	cost: { egressBytes: spending.sentBytes() },
});

const failureOf = ({ plan }: FetchCall, end: Exclude<BodyEnd, { kind: "ended" }>): failures.FetchFailure => {
	switch (end.kind) {
		case "late":
			return failures.TIMED_OUT;
		case "broken":
			return failures.UNREACHABLE;
		case "too_large":
			return failures.tooLarge(plan.responseBytes);
	}
};

const deliverWhole = async (call: FetchCall, head: Head, body: Body, redactor: Redactor, type: string | null): Promise<VerbOutcome> => {
	const { plan, deadline, spending } = call;
	const reading = await readBody({ body }, plan.responseBytes, deadline);
	if (reading.kind !== "read") return failureOf(call, reading)(spending.sentBytes());
	const clean = redactor.bytes(reading.bytes);
	// The mark may be longer than what it stands for.
	if (clean.length > plan.responseBytes) return failures.tooLarge(plan.responseBytes)(spending.sentBytes());
	return done(call, responseValue({ ...head, body: textOrBytes(clean, type) }));
};

const deliverParts = async (call: FetchCall, head: Head, body: Body, redactor: Redactor): Promise<VerbOutcome> => {
	const { plan, context, deadline, spending } = call;
	const parts = emitParts(context, LIMITS.streamPartBytes);
	try {
		const end =
			body === null ? ({ kind: "ended", bytes: 0 } as const) : await streamBody(body, plan.responseBytes, redactor, deadline, parts.take);
		await parts.end();
		if (end.kind === "ended") return done(call, { ...recordOf(head), bytes: end.bytes });
		return (end.kind === "late" && isUnread(context) ? failures.NOBODY_READS : failureOf(call, end))(spending.sentBytes());
	} catch (error) {
		if (parts.isUnread()) return failures.NOBODY_READS(spending.sentBytes());
		throw error;
	}
};

/** Whether the call ends because of its reader, and not because its time is over. */
const isUnread = ({ signal }: FetchCall["context"]): boolean =>
	signal.aborted && !(signal.reason instanceof Error && signal.reason.name === "TimeoutError");

const deliverHandle = async (call: FetchCall, head: Head, body: Body, redactor: Redactor): Promise<VerbOutcome> => {
	const { plan, context, deadline, spending } = call;
	const type = mediaType(head.headers);
	const stored = await storeBody(context.contents, body ?? NO_BYTES, { type, mostBytes: plan.responseBytes }, redactor, deadline);
	if (stored.kind === "refused") return failures.notKept(stored.message)(spending.sentBytes());
	if (stored.kind !== "stored") return failureOf(call, stored)(spending.sentBytes());
	return done(call, { ...recordOf(head), ...stored.handle });
};

const recordOf = ({ status, url, headers }: Head): { status: number; url: string; headers: Record<string, string> } => ({
	status,
	url,
	headers: Object.fromEntries(headers),
});

const MEDIA_TYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/;

const mediaType = (headers: HeaderList): string => {
	const written = headers.find(([name]) => name === "content-type")?.[1] ?? "";
	const type = (written.split(";", 1)[0] ?? "").trim().toLowerCase();
	return MEDIA_TYPE.test(type) ? type : "application/octet-stream";
};
