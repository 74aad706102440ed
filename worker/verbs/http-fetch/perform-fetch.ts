import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext, VerbOutcome } from "../verb.ts";
import { guardAddress } from "./address-guard.ts";
import { type CallSpending, startSpending } from "./call-spending.ts";
import { coverRequest } from "./covering-rule.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { deliverResponse } from "./deliver-response.ts";
import * as failures from "./fetch-failures.ts";
import type { FetchPlan } from "./fetch-plan.ts";
import type { Credential } from "./injected-credential.ts";
import { type Hop, nextHop, redirectOf } from "./next-hop.ts";
import { dropBody } from "./read-body.ts";
import { makeSender } from "./send-hop.ts";
import { readTarget } from "./target-url.ts";

/** What one call has while it acts. */
export interface FetchCall {
	readonly plan: FetchPlan;
	readonly context: CallContext;
	readonly credential: Credential;
	readonly deadline: Deadline;
	readonly spending: CallSpending;
}

/** Fetches; follows redirects by hand, deciding each hop anew. */
export const performFetch = async (plan: FetchPlan, context: CallContext): Promise<VerbOutcome> => {
	const credential = await plan.inject.open(context);
	if (credential === null) return failures.NO_SECRET(0);
	const deadline = startDeadline(plan.timeoutMs, context.signal);
	try {
		return await followHops({ plan, context, credential, deadline, spending: startSpending(plan.worstBytes) });
	} finally {
		deadline.stop();
	}
};

const followHops = async (call: FetchCall): Promise<VerbOutcome> => {
	const { plan, context, spending } = call;
	const send = makeSender(call);
	let hop = plan.first;
	for (let followed = 0; followed <= LIMITS.redirects; followed += 1) {
		const address = guardAddress(hop.url, context.developmentHosts);
		if (address.kind === "refused") {
			return (followed === 0 ? failures.addressRefused : failures.redirectRefused)(address.why)(spending.sentBytes());
		}
		const sending = await send(hop);
		if (sending.kind === "failed") return sending.failure(spending.sentBytes());
		const { response } = sending;
		const location = redirectOf(response);
		if (location === null || plan.redirect === "manual") return deliverResponse(call, hop, response);
		dropBody(response);
		const next = planRedirect(call, hop, response.status, location);
		if (next.kind === "failed") return next.failure(spending.sentBytes());
		hop = next.hop;
	}
	return failures.TOO_MANY_REDIRECTS(spending.sentBytes());
};

type Redirection = { kind: "hop"; hop: Hop } | { kind: "failed"; failure: failures.FetchFailure };

const planRedirect = ({ plan, credential }: FetchCall, hop: Hop, status: number, location: string): Redirection => {
	if (plan.redirect === "error") return { kind: "failed", failure: failures.REDIRECT_ERROR };
	if (plan.redirect === "refuse") return { kind: "failed", failure: failures.redirectRefused("the grant follows no redirects") };
	const target = readTarget(location, hop.url);
	if (target.kind === "refused") return { kind: "failed", failure: failures.redirectRefused(target.why) };
	const next = nextHop(hop, status, credential.withoutOwnKeys(target.url));
	if (next === null) return { kind: "failed", failure: failures.redirectRefused("it would send the body to another origin") };
	const { href, origin } = next.url;
	if (origin !== hop.url.origin && credential.redactor().text(href) !== href)
		return { kind: "failed", failure: failures.redirectRefused("it would take the credential to another origin") };
	const coverage = coverRequest(plan.rules, next.method, next.url, next.headers);
	if (coverage.kind === "covered") return { kind: "hop", hop: next };
	// Where it leads is the far side's word and may hold what was sent to it: it is not repeated in a message.
	return { kind: "failed", failure: failures.redirectRefused("the grant does not cover where it leads") };
};
