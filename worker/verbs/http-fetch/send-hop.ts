import type { Content } from "../verb.ts";
import type { HandleBody } from "./fetch-arguments.ts";
import * as failures from "./fetch-failures.ts";
import { fixedLengthBody } from "./fixed-length-body.ts";
import type { Hop } from "./next-hop.ts";
import type { FetchCall } from "./perform-fetch.ts";
import { dropBody } from "./read-body.ts";
import { isPassing, retryWaitMs } from "./retry-wait.ts";
import { isIdempotent, requestBytes, type WireRequest, wireHeaders } from "./wire-request.ts";

export type Sending = { kind: "response"; response: Response } | { kind: "failed"; failure: failures.FetchFailure };

const failed = (failure: failures.FetchFailure): Sending => ({ kind: "failed", failure });

/**
 * Sends hops of one call, each with its credentials, again where that can do no harm: after an answer that says "later" or a connection that failed,
 * as often as the grant says for the call as a whole; and once with a new token after 401.
 */
export const makeSender = (call: FetchCall): ((hop: Hop) => Promise<Sending>) => {
	const { plan, credential, deadline } = call;
	let retried = 0;
	return async (hop) => {
		const mayRepeat = isIdempotent(hop.method) || plan.isKeyed;
		const mayRetry = mayRepeat || plan.retryKeyed;
		for (;;) {
			const sending = await sendOnce(call, hop);
			const response = sending.kind === "response" ? sending.response : null;
			// A token that was refused is forgotten in any case, so that the next call has another.
			if (response?.status === 401 && credential.renew() && mayRepeat) {
				dropBody(response);
				continue;
			}
			const isPassingFailure =
				response === null ? sending.kind === "failed" && sending.failure === failures.UNREACHABLE : isPassing(response.status);
			if (!isPassingFailure || !mayRetry || retried >= plan.retries) return sending;
			const waitMs = retryWaitMs(retried, response?.headers.get("retry-after") ?? null, Date.now(), Math.random());
			if (waitMs >= deadline.leftMs()) return sending;
			if (response !== null) dropBody(response);
			retried += 1;
			const waiting = await deadline.race(new Promise<void>((resolve) => setTimeout(resolve, waitMs)));
			if (waiting.kind === "late") return failed(failures.TIMED_OUT);
		}
	};
};

const sendOnce = async (call: FetchCall, hop: Hop): Promise<Sending> => {
	const { context, credential, deadline, spending } = call;
	const body = hop.body === null || hop.body instanceof Uint8Array ? hop.body : await openBody(call, hop.body);
	if (typeof body === "function") return failed(body);
	const bare: WireRequest = {
		method: hop.method,
		url: hop.url,
		headers: wireHeaders(hop, { header: call.plan.keyHeader, callId: context.callId }),
		body,
	};
	const dressing = await credential.dress(bare, { context, deadline, spend: spending.spend });
	const { wire, failure } =
		dressing.kind === "dressed" ? { wire: dressing.wire, failure: null } : { wire: bare, failure: dressing.failure };
	if (failure !== null || !spending.spend(requestBytes(wire))) {
		dropContent(body);
		return failed(failure ?? failures.TOO_MANY_REDIRECTS);
	}
	return exchange(call, wire);
};

const openBody = async ({ plan, context }: FetchCall, { handle }: HandleBody): Promise<Content | failures.FetchFailure> => {
	const content = await context.contents.open(handle);
	if (content === null) return failures.NO_HANDLE;
	if (content.bytes <= plan.requestBytes) return content;
	dropContent(content);
	return failures.bodyTooLarge(content.bytes, plan.requestBytes);
};

const dropContent = (body: WireRequest["body"]): void => {
	if (body !== null && !(body instanceof Uint8Array)) body.body.cancel().catch(() => undefined);
};

const exchange = async ({ context, deadline }: FetchCall, wire: WireRequest): Promise<Sending> => {
	try {
		const init = {
			method: wire.method,
			headers: new Headers(wire.headers.map(([name, value]) => [name, value])),
			redirect: "manual" as const,
			signal: deadline.signal,
		};
		const { href } = wire.url;
		const request =
			wire.body === null || wire.body instanceof Uint8Array
				? new Request(href, { ...init, body: wire.body })
				: new Request(href, fixedLengthBody(init, wire.body));
		const work = context.egress(request);
		const answer = await deadline.race(work);
		if (answer.kind === "late") {
			work.then(dropBody, () => undefined);
			return failed(failures.TIMED_OUT);
		}
		if (isProper(answer.value)) return { kind: "response", response: answer.value };
		dropBody(answer.value);
		return failed(failures.BROKEN);
	} catch {
		return failed(failures.UNREACHABLE);
	}
};

/** An upgrade is no answer, and neither is a body in an encoding that the runtime leaves as it is: nothing could be redacted in it. */
const isProper = (response: Response): boolean => {
	if (response.status < 200 || response.status > 599) return false;
	const encoding = (response.headers.get("content-encoding") ?? "").trim().toLowerCase();
	return ["", "identity", "gzip", "x-gzip", "br"].includes(encoding);
};
