import { LIMITS } from "../../../contract/limits.ts";
import { joinLabels } from "../common-grant.ts";
import { deniedCall } from "../denied-call.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Preparation, PreparedCall, Verb } from "../verb.ts";
import { type BoundRule, bindRules, coverRequest } from "./covering-rule.ts";
import { type FetchRequest, readFetchArguments } from "./fetch-arguments.ts";
import { httpFetchDeclaration } from "./http-fetch-declaration.ts";
import { HttpFetchGrant } from "./http-fetch-grant.ts";
import { lintHttpFetch } from "./http-fetch-lint.ts";
import { type BoundInject, bindInject } from "./injected-credential.ts";
import type { Hop } from "./next-hop.ts";
import { type FetchPlan, performFetch } from "./perform-fetch.ts";
import { checkHeaders } from "./request-headers.ts";
import { readTarget } from "./target-url.ts";
import { isIdempotent, worstRequestBytes } from "./wire-request.ts";

/** `fetchAny` is what a program's plain fetch() becomes; the gate has chosen this grant for it with `coversRequest`. */
const METHODS = ["fetch", "fetchAny"];
const READING = new Set(["GET", "HEAD", "OPTIONS"]);
const RULES_SHOWN = 8;

/** Fetches over HTTP from the hosts that the grant's rules name. */
export const httpFetch: Verb = {
	name: "http.fetch",
	grantSchema: HttpFetchGrant,
	summary: "Fetches over HTTP from the hosts, methods and paths that the grant names.",
	bind: (data) => {
		const grant = HttpFetchGrant.parse(data);
		const bound: BoundFetch = { grant, rules: bindRules(grant), inject: bindInject(grant.inject) };
		return {
			methods: METHODS,
			labels: joinLabels(["external", "untrusted"], grant.labels),
			prepare: (method, args) =>
				METHODS.includes(method) ? prepareFetch(bound, method, args) : unknownMethod("http.fetch", method, METHODS),
			declaration: () => httpFetchDeclaration(grant, bound.rules),
			lint: () => lintHttpFetch(grant),
		};
	},
};

interface BoundFetch {
	readonly grant: HttpFetchGrant;
	readonly rules: readonly BoundRule[];
	readonly inject: BoundInject | null;
}

const prepareFetch = (bound: BoundFetch, method: string, args: readonly unknown[]): Preparation => {
	const reading = readFetchArguments(method, args);
	if (reading.kind === "invalid") return reading;
	const { request } = reading;
	const effect: PreparedCall["effect"] = READING.has(request.method) ? "read" : "write";
	const deny = (message: string): Preparation => ({
		kind: "prepared",
		call: deniedCall({ effect, code: "egress_denied", message, hint: allowedText(bound.rules) }),
	});
	const headers = checkHeaders(request.headers, bound.inject?.header ?? null);
	if (headers.kind === "invalid") return { kind: "invalid", message: `${method} argument 1.headers: ${headers.why}` };
	if (headers.kind === "denied") return deny(`${method} argument 1.headers: ${headers.why}`);
	const target = readTarget(request.url);
	if (target.kind === "refused") return deny(`${method}: the URL is refused: ${target.why}`);
	const coverage = coverRequest(bound.rules, request.method, target.url);
	if (coverage.kind === "uncovered")
		return deny(`${method}: ${request.method} ${target.url.host} is not covered by the grant: ${coverage.why}`);
	const plan = planFetch(bound, request, { method: request.method, url: target.url, headers: headers.headers, body: request.body });
	return {
		kind: "prepared",
		call: {
			effect,
			idempotent: isIdempotent(request.method),
			decision: { kind: "allowed", rule: coverage.rule.text },
			worstCost: { egressBytes: plan.worstBytes },
			act: { where: "host", perform: (context) => performFetch(plan, context) },
		},
	};
};

const planFetch = (bound: BoundFetch, request: FetchRequest, first: Hop): FetchPlan => {
	const { limits } = bound.grant;
	const redirect = bound.grant.redirects === "refuse" && request.redirect === "follow" ? "refuse" : request.redirect;
	return {
		rules: bound.rules,
		inject: bound.inject,
		first,
		redirect,
		responseBytes: limits?.responseBytes ?? LIMITS.responseBytes.default,
		timeoutMs: limits?.timeoutMs ?? LIMITS.upstreamMs.default,
		worstBytes: worstRequestBytes(first, bound.inject, redirect === "follow"),
	};
};

const allowedText = (rules: readonly BoundRule[]): string => {
	const shown = rules.slice(0, RULES_SHOWN).map((rule) => rule.text);
	const more = rules.length > RULES_SHOWN ? ` and ${rules.length - RULES_SHOWN} more` : "";
	return `Allowed: ${shown.join("; ")}${more}.`;
};
