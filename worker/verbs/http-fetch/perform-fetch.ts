import { LIMITS } from "../../../contract/limits.ts";
import { responseValue } from "../response-value.ts";
import type { CallContext, VerbOutcome } from "../verb.ts";
import { guardAddress } from "./address-guard.ts";
import { type BoundRule, coverRequest } from "./covering-rule.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import * as failures from "./fetch-failures.ts";
import { type BoundInject, type Credential, openCredential } from "./injected-credential.ts";
import { type Hop, nextHop, redirectOf } from "./next-hop.ts";
import { dropBody, readBody } from "./read-body.ts";
import { keepHeaders, textOrBytes } from "./response-headers.ts";
import { readTarget } from "./target-url.ts";
import { requestBytes, wireHeaders } from "./wire-request.ts";

/** Everything that is decided about a call before it acts. */
export interface FetchPlan {
	readonly rules: readonly BoundRule[];
	readonly inject: BoundInject | null;
	readonly first: Hop;
	readonly redirect: "follow" | "manual" | "error" | "refuse";
	readonly responseBytes: number;
	readonly timeoutMs: number;
	/** What all requests of the call may send together. */
	readonly worstBytes: number;
}

/** Fetches; follows redirects by hand, deciding each hop anew. */
export const performFetch = async (plan: FetchPlan, context: CallContext): Promise<VerbOutcome> => {
	const opening = await openCredential(plan.inject, context);
	if (opening.kind === "unavailable") return failures.NO_SECRET(0);
	const deadline = startDeadline(plan.timeoutMs, context.signal);
	try {
		return await followHops(plan, context, opening.credential, deadline);
	} finally {
		deadline.stop();
	}
};

const followHops = async (plan: FetchPlan, context: CallContext, credential: Credential, deadline: Deadline): Promise<VerbOutcome> => {
	let hop = plan.first;
	let sentBytes = 0;
	for (let followed = 0; followed <= LIMITS.redirects; followed += 1) {
		const address = guardAddress(hop.url, context.developmentHosts);
		if (address.kind === "refused") {
			return (followed === 0 ? failures.addressRefused : failures.redirectRefused)(address.why)(sentBytes);
		}
		const headers = wireHeaders(hop, context.callId, credential.headerFor(hop.url));
		const bytes = requestBytes(hop, headers);
		if (sentBytes + bytes > plan.worstBytes) return failures.TOO_MANY_REDIRECTS(sentBytes);
		sentBytes += bytes;
		const sending = await send(hop, headers, context, deadline);
		if (sending.kind === "failed") return sending.failure(sentBytes);
		const { response } = sending;
		const location = redirectOf(response);
		if (location === null || plan.redirect === "manual") return takeResponse(plan, hop, response, credential, deadline, sentBytes);
		dropBody(response);
		const next = planRedirect(plan, hop, response.status, location);
		if (next.kind === "failed") return next.failure(sentBytes);
		hop = next.hop;
	}
	return failures.TOO_MANY_REDIRECTS(sentBytes);
};

type Sending = { kind: "response"; response: Response } | { kind: "failed"; failure: failures.FetchFailure };

const send = async (hop: Hop, headers: Hop["headers"], context: CallContext, deadline: Deadline): Promise<Sending> => {
	try {
		const request = new Request(hop.url.href, {
			method: hop.method,
			headers: new Headers(headers.map(([name, value]) => [name, value])),
			body: hop.body,
			redirect: "manual",
			signal: deadline.signal,
		});
		const work = context.egress(request);
		const answer = await deadline.race(work);
		if (answer.kind === "late") {
			work.then(dropBody, () => undefined);
			return { kind: "failed", failure: failures.TIMED_OUT };
		}
		if (isProper(answer.value)) return { kind: "response", response: answer.value };
		dropBody(answer.value);
		return { kind: "failed", failure: failures.UNREACHABLE };
	} catch {
		return { kind: "failed", failure: failures.UNREACHABLE };
	}
};

/** An upgrade is no answer, and neither is a body in an encoding that the runtime leaves as it is: nothing could be redacted in it. */
const isProper = (response: Response): boolean => {
	if (response.status < 200 || response.status > 599) return false;
	const encoding = (response.headers.get("content-encoding") ?? "").trim().toLowerCase();
	return ["", "identity", "gzip", "x-gzip", "br"].includes(encoding);
};

type Redirection = { kind: "hop"; hop: Hop } | { kind: "failed"; failure: failures.FetchFailure };

const planRedirect = (plan: FetchPlan, hop: Hop, status: number, location: string): Redirection => {
	if (plan.redirect === "error") return { kind: "failed", failure: failures.REDIRECT_ERROR };
	if (plan.redirect === "refuse") return { kind: "failed", failure: failures.redirectRefused("the grant follows no redirects") };
	const target = readTarget(location, hop.url);
	if (target.kind === "refused") return { kind: "failed", failure: failures.redirectRefused(target.why) };
	const next = nextHop(hop, status, target.url);
	if (next === null) return { kind: "failed", failure: failures.redirectRefused("it would send the body to another origin") };
	const coverage = coverRequest(plan.rules, next.method, next.url);
	if (coverage.kind === "covered") return { kind: "hop", hop: next };
	// Where it leads is the far side's word and may hold what was sent to it: it is not repeated in a message.
	return { kind: "failed", failure: failures.redirectRefused("the grant does not cover where it leads") };
};

const BODYLESS_STATUSES = new Set([204, 205, 304]);

const takeResponse = async (
	plan: FetchPlan,
	hop: Hop,
	response: Response,
	credential: Credential,
	deadline: Deadline,
	sentBytes: number,
): Promise<VerbOutcome> => {
	const hasBody = hop.method !== "HEAD" && !BODYLESS_STATUSES.has(response.status);
	const headers = keepHeaders(response.headers, hasBody);
	const large = failures.tooLarge(plan.responseBytes);
	if (headers === null) {
		dropBody(response);
		return large(sentBytes);
	}
	if (!hasBody) dropBody(response);
	const reading = hasBody ? await readBody(response, plan.responseBytes, deadline) : ({ kind: "read", bytes: new Uint8Array(0) } as const);
	if (reading.kind === "late") return failures.TIMED_OUT(sentBytes);
	if (reading.kind === "broken") return failures.UNREACHABLE(sentBytes);
	const { redactor } = credential;
	// The mark may be longer than what it stands for.
	const body = reading.kind === "read" ? redactor.bytes(reading.bytes) : null;
	if (body === null || body.length > plan.responseBytes) return large(sentBytes);
	const value = responseValue({
		status: response.status,
		url: redactor.text(hop.url.href),
		headers: headers.map(([name, text]) => [redactor.text(name), redactor.text(text)] as const),
		body: textOrBytes(body, response.headers.get("content-type")),
	});
	return { kind: "done", value, cost: { egressBytes: sentBytes } };
};
