import { joinLabels } from "../common-grant.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Verb } from "../verb.ts";
import { bindTemplate } from "./bound-template.ts";
import { bindRules } from "./covering-rule.ts";
import { httpFetchDeclaration } from "./http-fetch-declaration.ts";
import { FETCHING } from "./fetch-arguments.ts";
import { HttpFetchGrant } from "./http-fetch-grant.ts";
import { lintHttpFetch } from "./http-fetch-lint.ts";
import { bindInject } from "./injected-credential.ts";
import { type BoundFetch, prepareFetch, prepareTemplate } from "./prepare-fetch.ts";
import { beyondHttpFetch } from "./beyond-http-fetch.ts";

const STREAMS = ["stream"];

/** Fetches over HTTP from the hosts that the grant's rules name, and makes the requests of its templates. */
export const httpFetch: Verb = {
	name: "http.fetch",
	grantSchema: HttpFetchGrant,
	summary: "Fetches over HTTP from the hosts, methods and paths that the grant names.",
	beyond: beyondHttpFetch,
	bind: (data) => {
		const grant = HttpFetchGrant.parse(data);
		const rules = bindRules(grant);
		const templates = new Map(Object.entries(grant.templates ?? {}).map(([name, template]) => [name, bindTemplate(name, template)]));
		const inject = bindInject(grant.inject);
		const key = grant.idempotencyHeader === undefined ? [] : [grant.idempotencyHeader.toLowerCase()];
		const bound: BoundFetch = { grant, rules, inject, ownHeaders: new Set([...inject.headers, ...key]) };
		const fetching = grant.allow === undefined ? [] : FETCHING;
		const methods = [...fetching, ...templates.keys()];
		return {
			methods,
			streams: grant.allow === undefined ? [] : STREAMS,
			labels: joinLabels(["external", "untrusted"], grant.labels),
			prepare: (method, args) => {
				if (fetching.includes(method)) return prepareFetch(bound, method, args);
				const template = templates.get(method);
				return template === undefined ? unknownMethod("http.fetch", method, methods) : prepareTemplate(bound, template, args);
			},
			declaration: () => httpFetchDeclaration({ grant, rules, templates: [...templates.values()], inject: bound.inject }),
			lint: () => lintHttpFetch(grant),
		};
	},
};
