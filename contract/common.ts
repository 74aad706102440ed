import { z } from "zod";
import { LIMITS } from "./limits.ts";

/** A name of an agent, tenant, key, secret or grant: a letter or digit, then letters, digits, `_` or `-`. */
export const Name = z
	.string()
	.min(1)
	.max(LIMITS.nameChars)
	.regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, "wanted letters, digits, _ or -, starting with a letter or digit")
	.describe("letters, digits, _ or -, at most 64 characters");

/** Epoch milliseconds. */
export const AtMs = z.int().min(0).describe("epoch milliseconds");

/** Any value that came out of JSON.parse: there is nothing to check, and looking at each node of a large one costs. */
export const ParsedJson = z.custom<z.infer<ReturnType<typeof z.json>>>(() => true);

/**
 * A list or record, its size checked before any entry is: zod makes an issue of every wrong entry, and a body has room for very many.
 * @param what the entries, as the message names them.
 */
export const atMost = <Schema extends z.ZodType>(most: number, what: string, schema: Schema) =>
	z.preprocess((value, context) => {
		if (sizeOf(value) > most) context.issues.push({ code: "custom", message: `wanted at most ${most} ${what}`, input: value });
		return value;
	}, schema);

const sizeOf = (value: unknown): number => {
	if (Array.isArray(value)) return value.length;
	return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
};

/** Free JSON data of the client, returned as it was given. */
export const Metadata = atMost(LIMITS.metadataEntries, "entries", z.record(z.string().max(200), ParsedJson)).refine(
	(value) => JSON.stringify(value).length <= LIMITS.metadataBytes,
	{ error: `wanted at most ${LIMITS.metadataBytes} bytes` },
);

/** The query of every list. */
export const PageQuery = z.strictObject({
	limit: z.coerce.number().int().min(1).max(LIMITS.page.max).default(LIMITS.page.default).describe("rows of one page, 1 to 200"),
	cursor: z.string().max(LIMITS.cursorChars).optional().describe("nextCursor of the page before"),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** A page of a list, newest first. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
	z.strictObject({ data: z.array(item), nextCursor: z.string().nullable().describe("pass as cursor; null on the last page") });

/** Every refusal and failure of the API. */
export const ErrorBody = z.strictObject({
	error: z.looseObject({
		code: z.string(),
		message: z.string(),
		hint: z.string(),
		docUrl: z.string(),
		requestId: z.string(),
	}),
});
