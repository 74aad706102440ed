import { z } from "zod";
import { describeIssues } from "../../contract/describe-issues.ts";
import { Refusal } from "../../contract/errors.ts";

/**
 * Parses one part of a request (params, query or body) by its schema.
 * @throws Refusal `invalid_request` that names each field, what was found and what was wanted.
 */
export const parsePart = (label: string, schema: z.ZodType, raw: unknown): unknown => {
	const parsed = schema.safeParse(raw);
	if (parsed.success) return parsed.data;
	const issues = describeIssues(parsed.error.issues, raw, jsonSchemaOf(schema), false);
	const [first] = issues;
	const others = issues.length > 1 ? ` (and ${issues.length - 1} more: see issues)` : "";
	const where = first?.path ? `${first.path}: ` : "";
	throw new Refusal("invalid_request", `${label}: ${where}found ${first?.found}, wanted ${first?.wanted}${others}`, {
		details: { issues },
	});
};

/** Made when a request is first wrong; the table's schemas are few, and making one of them takes milliseconds. */
const jsonSchemas = new WeakMap<z.ZodType, Readonly<Record<string, unknown>>>();

const jsonSchemaOf = (schema: z.ZodType): Readonly<Record<string, unknown>> => {
	const made = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
	jsonSchemas.set(schema, made);
	return made;
};

/** The query as an object of texts. A name given twice is refused: readers would disagree on which one counts. */
export const readQuery = (label: string, url: string): Record<string, string> => {
	const entries = [...new URL(url).searchParams];
	const names = new Set<string>();
	for (const [name] of entries) {
		if (!names.has(name)) names.add(name);
		else throw new Refusal("invalid_request", `${label}: ${name.slice(0, 60)}: found it twice in the query, wanted it once`);
	}
	return Object.fromEntries(entries);
};
