import { z } from "zod";
import { compileSchema, type JsonSchema } from "./compile-schema.ts";

/** A JSON Schema that stands in a grant: refused with its place when it is not of the subset. Read with `grantedSchema` once the grant is parsed. */
export const GrantedSchema = z.unknown().superRefine((schema, context) => {
	const compiled = compileSchema(schema, { unknownKeywords: "refuse" });
	if (compiled.kind === "refused") context.addIssue({ code: "custom", message: `JSON Schema${compiled.path}: ${compiled.why}` });
});

/** The schema ready. @throws for one that `GrantedSchema` refuses: a bug. */
export const grantedSchema = (schema: unknown): JsonSchema => {
	const compiled = compileSchema(schema, { unknownKeywords: "refuse" });
	if (compiled.kind === "refused")
		throw new TypeError(`Reading a grant's schema: found one that is refused (${compiled.why}), wanted a parsed grant.`);
	return compiled;
};
