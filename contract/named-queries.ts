import { z } from "zod";
import { atMost } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { RESERVED_METHOD_NAMES } from "./reserved-method-names.ts";

/** What a typed parameter of a named query may be. `integer` is a whole number that a double holds exactly. */
export const PARAMETER_TYPES = ["text", "number", "integer", "boolean", "bytes"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

const PARAMETER = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Names that mean something to JavaScript wherever an object is looked at. */
const RESERVED: ReadonlySet<string> = new Set([...RESERVED_METHOD_NAMES, "prototype"]);

/** A named query is a method of the grant, so its name is an identifier. */
export const QueryName = z
	.string()
	.max(LIMITS.nameChars)
	.regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, "wanted a name of letters, digits and _ that begins with a letter")
	.refine((name) => !RESERVED.has(name), { error: "wanted another name: this one means something to JavaScript" });

/** One statement with typed parameters. How its text refers to them is the database's: see each use. */
export const NamedQuery = z.strictObject({
	sql: z.string().min(1).max(LIMITS.sqlChars).describe("one statement that reads"),
	params: atMost(
		LIMITS.namedQueryParams,
		"parameters",
		z.record(z.string().max(LIMITS.nameChars).regex(PARAMETER, "wanted letters, digits and _"), z.enum(PARAMETER_TYPES)),
	)
		.optional()
		.describe("name of each parameter -> its type, in their order; all are wanted at each call; left out: none"),
});
export type NamedQuery = z.infer<typeof NamedQuery>;

export const NamedQueries = atMost(LIMITS.namedQueries, "queries", z.record(QueryName, NamedQuery));
export type NamedQueries = z.infer<typeof NamedQueries>;
