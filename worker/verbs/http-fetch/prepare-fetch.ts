import { LIMITS } from "../../../contract/limits.ts";
import { deniedCall } from "../denied-call.ts";
import { portOf } from "./address-guard.ts";
import type { Preparation, PreparedCall } from "../verb.ts";
import type { BoundTemplate } from "./bound-template.ts";
import { canonicalUrl } from "./canonical-url.ts";
import { type BoundRule, coverRequest } from "./covering-rule.ts";
import { type FetchRequest, readFetchArguments } from "./fetch-arguments.ts";
import type { FetchPlan } from "./fetch-plan.ts";
import type { HttpFetchGrant } from "./http-fetch-grant.ts";
import type { BoundInject } from "./injected-credential.ts";
import { performFetch } from "./perform-fetch.ts";
import { checkHeaders, type HeaderList } from "./request-headers.ts";
import { readTarget } from "./target-url.ts";
import { plannedResponse } from "./planned-response.ts";
import { DEFAULT_KEY_HEADER, isIdempotent, worstRequestBytes } from "./wire-request.ts";

/** A grant with what it is made of. */
export interface BoundFetch {
	readonly grant: HttpFetchGrant;
	readonly rules: readonly BoundRule[];
	readonly inject: BoundInject;
	/** Lower-case names of headers that a program may not set. */
	readonly ownHeaders: ReadonlySet<string>;
}

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
const RULES_SHOWN = 8;

/** A request of the program's own, which one of the rules must cover. */
export const prepareFetch = (bound: BoundFetch, method: string, args: readonly unknown[]): Preparation => {
	const reading = readFetchArguments(method, args);
	return reading.kind === "invalid"
		? reading
		: decide(bound, { method, where: `${method} argument 1`, request: reading.request, template: null });
};

/** A request of the grant's own form, whose holes the program fills. The form is its permission; redirects must be covered by the rules. */
export const prepareTemplate = (bound: BoundFetch, template: BoundTemplate, args: readonly unknown[]): Preparation => {
	const reading = template.fill(args);
	return reading.kind === "invalid"
		? reading
		: decide(bound, { method: template.name, where: template.name, request: reading.request, template });
};

interface Asked {
	readonly method: string;
	/** Begins the message about the request. */
	readonly where: string;
	readonly request: FetchRequest;
	readonly template: BoundTemplate | null;
}

const decide = (bound: BoundFetch, { method, where, request, template }: Asked): Preparation => {
	const effect: PreparedCall["effect"] = READING.has(request.method) ? "read" : "write";
	const deny = (message: string): Preparation => ({
		kind: "prepared",
		call: deniedCall({ effect, code: "egress_denied", message, hint: allowedText(bound.rules) }),
	});
	const most = bound.grant.limits?.requestBytes ?? LIMITS.requestBytes;
	if (request.body instanceof Uint8Array && request.body.length > most)
		return { kind: "invalid", message: `${where}.body: found ${request.body.length} bytes, wanted at most ${most}` };
	const headers = checkHeaders(request.headers, bound.ownHeaders);
	if (headers.kind === "invalid") return { kind: "invalid", message: `${where}.headers: ${headers.why}` };
	if (headers.kind === "denied") return deny(`${where}.headers: ${headers.why}`);
	const target = readTarget(request.url);
	if (target.kind === "refused") return deny(`${method}: the URL is refused: ${target.why}`);
	const rule = template === null ? coverRequest(bound.rules, request.method, target.url, headers.headers) : null;
	if (rule?.kind === "uncovered") return deny(`${method}: ${request.method} ${target.url.host} is not covered by the grant: ${rule.why}`);
	const fault = bound.inject.fault(request, target.url);
	if (fault?.kind === "invalid") return { kind: "invalid", message: `${where}: ${fault.why}` };
	if (fault?.kind === "denied") return deny(`${where}: ${fault.why}`);
	if (template === null && !isCanonical(request.url, target.url))
		return {
			kind: "invalid",
			message: `${where}.url: found another spelling of it, wanted ${JSON.stringify(canonicalUrl(target.url).slice(0, URL_SHOWN))}`,
		};
	const plan = planFetch(bound, method, request, target.url, headers.headers);
	return {
		kind: "prepared",
		call: {
			effect,
			local: false,
			idempotent: isIdempotent(request.method) || plan.isKeyed,
			planned: plannedResponse(plan),
			to: { host: target.url.hostname, port: portOf(target.url) },
			decision: { kind: "allowed", rule: rule === null ? `${method}: ${template?.text ?? ""}` : rule.rule.text },
			worstCost: { egressBytes: plan.worstBytes },
			act: { where: "host", perform: (context) => performFetch(plan, context) },
		},
	};
};

const URL_SHOWN = 200;

/**
 * Whether a program's URL is written as it will be sent, in the one spelling that it has; the harness writes it so. People who approve a call, and the
 * rules that ask them, look at the arguments: `…/safe/../admin`, `…/%61dmin` and `…/admin#x` would show them another request.
 */
const isCanonical = (text: string, url: URL): boolean => text === url.href && text === canonicalUrl(url);

const planFetch = (
	{ grant, rules, inject }: BoundFetch,
	method: string,
	request: FetchRequest,
	url: URL,
	headers: HeaderList,
): FetchPlan => {
	const { limits } = grant;
	const redirect = grant.redirects === "refuse" && request.redirect === "follow" ? "refuse" : request.redirect;
	const retryKeyed = grant.retryKeyed === true;
	const isKeyed = grant.idempotencyHeader !== undefined;
	const keyHeader = grant.idempotencyHeader?.toLowerCase() ?? DEFAULT_KEY_HEADER;
	const retries = isIdempotent(request.method) || retryKeyed || isKeyed ? (grant.retries ?? 0) : 0;
	const deliver = request.as === "handle" ? "handle" : method === "stream" ? "parts" : "whole";
	const responseBytes = limits?.responseBytes ?? LIMITS.responseBytes.default;
	const requestBytes = limits?.requestBytes ?? LIMITS.requestBytes;
	return {
		rules,
		inject,
		first: { method: request.method, url, headers, body: request.body },
		redirect,
		retries,
		retryKeyed,
		keyHeader,
		isKeyed,
		deliver,
		responseBytes: deliver === "whole" ? Math.min(responseBytes, LIMITS.responseBytes.max) : responseBytes,
		requestBytes,
		timeoutMs: limits?.timeoutMs ?? LIMITS.upstreamMs.default,
		worstBytes: worstRequestBytes(request, url, headers, {
			injectedBytes: inject.worstBytes(request),
			handleBytes: requestBytes,
			follows: redirect === "follow",
			keyHeader,
			repeats: retries + inject.renewals,
		}),
	};
};

const allowedText = (rules: readonly BoundRule[]): string => {
	const shown = rules.slice(0, RULES_SHOWN).map((rule) => rule.text);
	const more = rules.length > RULES_SHOWN ? ` and ${rules.length - RULES_SHOWN} more` : "";
	return `Allowed: ${shown.join("; ")}${more}.`;
};
