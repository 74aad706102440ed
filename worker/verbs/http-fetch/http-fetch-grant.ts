import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { HeaderRule } from "./header-rule.ts";
import { headerFault } from "./header-rules.ts";
import { readHostPattern } from "./host-pattern.ts";
import { HostText } from "./host-schema.ts";
import { HTTP_METHODS } from "./http-methods.ts";
import { Inject, placeOf } from "./inject-grant.ts";
import { globFault } from "./path-glob.ts";
import { QueryRule } from "./query-rule.ts";
import { Templates } from "./template-grant.ts";

const PATTERN_CHARS = 512;

const PathPattern = z
	.string()
	.max(PATTERN_CHARS)
	.superRefine((text, context) => {
		const fault = globFault(text);
		if (fault !== null) context.addIssue({ code: "custom", message: `path ${JSON.stringify(text)}: ${fault}` });
	});

const Rule = z
	.strictObject({
		host: HostText.describe("an exact host, or *.example.com for every name below it; a port may stand behind it"),
		methods: z.array(z.enum(HTTP_METHODS)).min(1).max(HTTP_METHODS.length).optional().describe("left out: GET and HEAD"),
		paths: z
			.array(PathPattern)
			.min(1)
			.max(LIMITS.patternsPerRule)
			.optional()
			.describe("patterns such as /repos/acme/*; left out: every path"),
		query: QueryRule.optional().describe(
			"keys and what their values may be; keys not named are refused unless `*` is; left out: every query",
		),
		headers: HeaderRule.optional().describe("headers of the program and what their values may be; others may be there unless `*` is named"),
		ports: z.array(z.int().min(1).max(65_535)).min(1).max(LIMITS.patternsPerRule).optional().describe("left out: the scheme's own port"),
		scheme: z.enum(["https", "http", "any"]).optional().describe("left out: https"),
	})
	.refine((rule) => rule.ports === undefined || !hasPort(rule.host), {
		error: "ports: the host names a port already, wanted one of the two",
	});
export type AllowRule = z.infer<typeof Rule>;

const hasPort = (host: string): boolean => {
	const reading = readHostPattern(host);
	return reading.kind === "pattern" && reading.pattern.port !== null;
};

/** Whether the grant itself puts something into a header of this lower-case name. */
const setsHeader = (
	{ inject, templates }: { inject?: z.infer<typeof Inject> | undefined; templates?: z.infer<typeof Templates> | undefined },
	name: string,
): boolean => {
	const injections = inject === undefined ? [] : Array.isArray(inject) ? inject : [inject];
	const own = Object.values(templates ?? {}).flatMap(({ headers }) => Object.keys(headers ?? {}));
	return injections.some((injection) => placeOf(injection) === `header ${name}`) || own.some((header) => header.toLowerCase() === name);
};

/** Headers of AWS signatures, which an injection sets. */
const AWS_HEADERS = "x-amz-";
const keyHeaderFault = (name: string): string | null => (name.startsWith(AWS_HEADERS) ? "found a header of AWS" : headerFault(name));

export const HttpFetchGrant = z
	.strictObject({
		verb: z.literal("http.fetch").describe("the verb"),
		allow: z
			.array(Rule)
			.min(1)
			.max(LIMITS.httpRules)
			.optional()
			.describe("what may be fetched; one rule must cover a request as a whole; left out: only templates"),
		templates: Templates.optional().describe("requests by name, whose holes the program fills: each is a method of env.<grant>"),
		inject: Inject.optional().describe("credentials that the host adds, one or a list; the program never sees them"),
		redirects: z.enum(["follow", "refuse"]).optional().describe("left out: followed, each hop within the rules"),
		retries: z
			.int()
			.min(0)
			.max(LIMITS.retries)
			.optional()
			.describe("how often a request that may be repeated is sent again after 429, 502, 503, 504 or a failed connection; left out: never"),
		retryKeyed: z
			.boolean()
			.optional()
			.describe("whether POST and PATCH are repeated too: each carries an idempotency key, which the far side must honour"),
		idempotencyHeader: z
			.string()
			.max(LIMITS.nameChars)
			.refine((name) => keyHeaderFault(name.toLowerCase()) === null, { error: "wanted the name of a header that a request may have" })
			.optional()
			.describe(
				"the header in which the far side takes an idempotency key, such as idempotency-key: the host puts the call's id there, a program cannot, and a POST or PATCH whose end is unknown is sent again with it",
			),
		limits: z
			.strictObject({
				...COMMON_LIMITS,
				responseBytes: z
					.int()
					.min(1)
					.max(LIMITS.contentBytes)
					.optional()
					.describe(`largest response body, decoded bytes; one that enters the isolate whole has at most ${LIMITS.responseBytes.max}`),
				requestBytes: z
					.int()
					.min(1)
					.max(LIMITS.contentBytes)
					.optional()
					.describe(`largest request body, bytes; one that comes from the isolate has at most ${LIMITS.requestBytes}`),
				timeoutMs: z.int().min(1).max(LIMITS.upstreamMs.max).optional().describe("time for one call, all hops together, milliseconds"),
			})
			.optional()
			.describe("bounds of this grant, below the platform's own"),
		...COMMON_GRANT,
	})
	.refine((grant) => grant.allow !== undefined || grant.templates !== undefined, { error: "wanted allow, templates or both" })
	.refine((grant) => grant.idempotencyHeader === undefined || !setsHeader(grant, grant.idempotencyHeader.toLowerCase()), {
		path: ["idempotencyHeader"],
		error: "found a header that inject or a template sets, wanted one that nothing else does",
	});
export type HttpFetchGrant = z.infer<typeof HttpFetchGrant>;
