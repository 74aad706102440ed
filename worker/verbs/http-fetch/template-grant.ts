import { RE2JS } from "re2js";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { RESERVED_METHOD_NAMES } from "../../../contract/reserved-method-names.ts";
import { headerFault, isHeaderValue } from "./header-rules.ts";
import { readHostPattern } from "./host-pattern.ts";
import { HTTP_METHODS } from "./http-methods.ts";
import { holesOf } from "./template-text.ts";
import { readTarget } from "./target-url.ts";

const { templateValueChars } = LIMITS;
const Name = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** What would be taken for something else on the program's side: the verb's own methods, what makes an object a promise, what objects inherit. */
const TAKEN: ReadonlySet<string> = new Set([...RESERVED_METHOD_NAMES, "catch", "finally", "toLocaleString", "fetch", "stream"]);

const Pattern = z
	.string()
	.min(1)
	.max(LIMITS.templatePatternChars)
	.superRefine((text, context) => {
		const fault = patternFault(text);
		if (fault !== null) context.addIssue({ code: "custom", message: `pattern: ${fault}` });
	});

const patternFault = (text: string): string | null => {
	try {
		const steps = RE2JS.compile(text).programSize();
		return steps <= LIMITS.templatePatternSteps ? null : `found one of ${steps} steps, wanted at most ${LIMITS.templatePatternSteps}`;
	} catch {
		return "wanted a regular expression of RE2's syntax";
	}
};

/** What a hole takes. */
export const TemplateParam = z
	.strictObject({
		type: z.enum(["string", "integer", "number", "boolean", "json"]).optional().describe("left out: string; json fits in a body only"),
		pattern: Pattern.optional().describe("a regular expression (RE2) that the whole text must match"),
		enum: z.array(z.string().min(1).max(LIMITS.matcherChars)).min(1).max(LIMITS.matchersPerRule).optional(),
		maxLength: z.int().min(1).max(templateValueChars.max).optional().describe(`left out: ${templateValueChars.default} characters`),
		min: z.number().optional(),
		max: z.number().optional(),
		optional: z
			.boolean()
			.optional()
			.describe("what holds the hole is left out when the program leaves it out: a key of the query or of the body"),
		description: z.string().max(LIMITS.matcherChars).optional(),
	})
	.refine(
		(param) =>
			(param.type ?? "string") === "string" || (param.pattern === undefined && param.enum === undefined && param.maxLength === undefined),
		{ error: "wanted pattern, enum and maxLength for a string only" },
	)
	.refine((param) => param.type === "integer" || param.type === "number" || (param.min === undefined && param.max === undefined), {
		error: "wanted min and max for a number only",
	})
	.refine((param) => param.pattern === undefined || (param.maxLength ?? 1) <= templateValueChars.withPattern, {
		error: `wanted a maxLength of at most ${templateValueChars.withPattern} beside a pattern`,
	});
export type TemplateParam = z.infer<typeof TemplateParam>;

const HeaderName = z
	.string()
	.max(LIMITS.matcherChars)
	.refine((name) => headerFault(name.toLowerCase()) === null, { error: "headers: wanted names of headers that a program may set" });

/** A request whose form the grant gives and whose holes, written {name}, the program fills. */
export const Template = z
	.strictObject({
		method: z.enum(HTTP_METHODS).optional().describe("left out: GET"),
		url: z.string().max(LIMITS.urlChars).describe("such as https://api.github.com/repos/{owner}/{repo}/issues; holes only in the path"),
		query: z
			.record(z.string().min(1).max(LIMITS.matcherChars), z.string().max(LIMITS.matcherChars))
			.optional()
			.describe("keys and their values, with holes in the values"),
		headers: z
			.record(HeaderName, z.string().max(LIMITS.matcherChars).refine(isHeaderValue, { error: "headers: wanted printable ASCII" }))
			.optional()
			.describe("headers without holes"),
		body: z.json().optional().describe("JSON; a text that is one hole alone becomes its value, a hole inside a text becomes text"),
		params: z
			.record(z.string().regex(Name, { error: "params: wanted names of letters, digits and _" }).max(LIMITS.nameChars), TemplateParam)
			.optional()
			.describe("what each hole takes"),
		description: z.string().max(LIMITS.matcherChars).optional(),
	})
	.superRefine((template, context) => {
		const fault = templateFault(template);
		if (fault !== null) context.addIssue({ code: "custom", message: fault });
	});
export type Template = z.infer<typeof Template>;

export const Templates = z
	.record(
		z
			.string()
			.regex(Name, { error: "templates: wanted names that a program can write: letters, digits, _" })
			.max(LIMITS.nameChars)
			.refine((name) => !TAKEN.has(name), { error: "templates: found a name that means something else already" }),
		Template,
	)
	.refine((templates) => Object.keys(templates).length >= 1 && Object.keys(templates).length <= LIMITS.templatesPerGrant, {
		error: `templates: wanted 1 to ${LIMITS.templatesPerGrant}`,
	});

const templateFault = (template: z.infer<typeof Template>): string | null => {
	if (JSON.stringify(template).length > LIMITS.templateBytes) return `found more than ${LIMITS.templateBytes} bytes as JSON`;
	const params = new Map(Object.entries(template.params ?? {}));
	if (params.size > LIMITS.templateParams) return `params: found ${params.size}, wanted at most ${LIMITS.templateParams}`;
	if (template.body !== undefined && ["GET", "HEAD", undefined].includes(template.method)) return "body: wanted none for GET and HEAD";
	const places = placesOf(template);
	for (const { where, text } of places) {
		for (const hole of holesOf(text)) {
			const param = params.get(hole);
			if (param === undefined) return `${where}: found the hole {${hole}}, which params does not have`;
			if (param.type === "json" && !(where === "body" && text === `{${hole}}`))
				return `${where}: found the hole {${hole}} of JSON, wanted it as a whole value of the body`;
			if (param.optional === true && (where === "url" || text !== `{${hole}}`))
				return `${where}: found the optional hole {${hole}}, wanted it as a whole value of the query or the body`;
		}
	}
	const used = new Set(places.flatMap(({ text }) => holesOf(text)));
	const unused = [...params.keys()].find((name) => !used.has(name));
	return unused === undefined ? urlFault(template.url) : `params: found ${unused}, which no hole uses`;
};

const placesOf = (template: z.infer<typeof Template>): { where: string; text: string }[] => [
	{ where: "url", text: template.url },
	...Object.values(template.query ?? {}).map((text) => ({ where: "query", text })),
	...textsOf(template.body).map((text) => ({ where: "body", text })),
];

/** The texts of JSON. Its depth is bounded by the policy's. */
const textsOf = (value: unknown): string[] => {
	if (typeof value === "string") return [value];
	if (typeof value !== "object" || value === null) return [];
	return Object.values(value).flatMap(textsOf);
};

const ORIGIN = /^(https?):\/\/([^/?#{}]+)(\/[^?#]*)$/;

const urlFault = (url: string): string | null => {
	const [, scheme, host, path] = ORIGIN.exec(url) ?? [];
	if (host === undefined || path === undefined)
		return "url: wanted a scheme, a host and a path, with holes in the path alone and without a query";
	const reading = readHostPattern(host);
	if (reading.kind === "refused") return `url: ${reading.why}`;
	if (reading.pattern.kind !== "exact") return "url: found a *, wanted one exact host";
	const filled = readTarget(`${scheme}://${host}${path.replace(/\{[a-zA-Z0-9_]*\}/g, "x")}`);
	if (filled.kind === "refused") return `url: ${filled.why}`;
	return filled.url.pathname === path.replace(/\{[a-zA-Z0-9_]*\}/g, "x")
		? null
		: "url: wanted a path as it is sent, percent-encoded and without dot segments";
};
