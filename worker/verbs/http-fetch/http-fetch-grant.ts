import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { headerFault } from "./header-rules.ts";
import { readHostPattern } from "./host-pattern.ts";
import { globFault } from "./path-glob.ts";

export const HTTP_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

const HOST_CHARS = 260;
const PATTERN_CHARS = 512;
const FORMAT_CHARS = 512;
/** Where the secret goes in `inject.format`. */
export const SECRET_MARK = "{secret}";

const Host = z
	.string()
	.max(HOST_CHARS)
	.superRefine((text, context) => {
		const reading = readHostPattern(text);
		if (reading.kind === "refused") context.addIssue({ code: "custom", message: `host ${JSON.stringify(text)}: ${reading.why}` });
	});

const PathPattern = z
	.string()
	.max(PATTERN_CHARS)
	.superRefine((text, context) => {
		const fault = globFault(text);
		if (fault !== null) context.addIssue({ code: "custom", message: `path ${JSON.stringify(text)}: ${fault}` });
	});

const Rule = z
	.strictObject({
		host: Host.describe("an exact host, or *.example.com for every name below it; a port may stand behind it"),
		methods: z.array(z.enum(HTTP_METHODS)).min(1).max(HTTP_METHODS.length).optional().describe("left out: GET and HEAD"),
		paths: z
			.array(PathPattern)
			.min(1)
			.max(LIMITS.patternsPerRule)
			.optional()
			.describe("patterns such as /repos/acme/*; left out: every path"),
		ports: z.array(z.int().min(1).max(65_535)).min(1).max(LIMITS.patternsPerRule).optional().describe("left out: the scheme's own port"),
		scheme: z.enum(["https", "http", "any"]).optional().describe("left out: https"),
	})
	.refine((rule) => rule.ports === undefined || !hasPort(rule.host), {
		error: "ports: the host names a port already, wanted one of the two",
	});

const hasPort = (host: string): boolean => {
	const reading = readHostPattern(host);
	return reading.kind === "pattern" && reading.pattern.port !== null;
};

const Format = z
	.string()
	.max(FORMAT_CHARS)
	.regex(/^[\x20-\x7e]*$/, { error: "format: wanted printable ASCII" })
	.refine((text) => text.split(SECRET_MARK).length === 2, { error: `format: wanted ${SECRET_MARK} exactly once` });

const InjectedHeader = z
	.string()
	.max(LIMITS.nameChars)
	.superRefine((name, context) => {
		const fault = headerFault(name.toLowerCase());
		if (fault !== null) context.addIssue({ code: "custom", message: `header ${JSON.stringify(name)}: ${fault}` });
	});

const Inject = z.strictObject({
	header: InjectedHeader.describe("name of the header that carries the secret"),
	format: Format.describe("the header's value, such as Bearer {secret}"),
	secret: z.string().min(1).max(LIMITS.nameChars).describe("name of a secret of the tenant"),
	hosts: z.array(Host).min(1).max(LIMITS.httpRules).optional().describe("which of the allowed hosts get the secret; left out: all of them"),
});

export const HttpFetchGrant = z.strictObject({
	verb: z.literal("http.fetch").describe("the verb"),
	allow: z.array(Rule).min(1).max(LIMITS.httpRules).describe("what may be fetched; one rule must cover a request as a whole"),
	inject: Inject.optional().describe("a header with a secret that the host adds; the program never sees it"),
	redirects: z.enum(["follow", "refuse"]).optional().describe("left out: followed, each hop within the rules"),
	limits: z
		.strictObject({
			...COMMON_LIMITS,
			responseBytes: z.int().min(1).max(LIMITS.responseBytes.max).optional().describe("largest response body, decoded bytes"),
			timeoutMs: z.int().min(1).max(LIMITS.upstreamMs.max).optional().describe("time for one call, all hops together, milliseconds"),
		})
		.optional()
		.describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type HttpFetchGrant = z.infer<typeof HttpFetchGrant>;
