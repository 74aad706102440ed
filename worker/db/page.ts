import { z } from "zod";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

const Cursor = z.strictObject({ after: z.string().regex(/^[a-z0-9_]{1,64}$/) });

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * The id after which the next page begins, or null on the first page. A cursor says a place, never whose: the query's condition on the tenant does.
 * @param cursor as the client gave it back; anything not made by `pageFrom` is refused `invalid_request`.
 */
export const readCursor = (cursor: string | undefined): string | null => {
	if (cursor === undefined) return null;
	const after = decode(cursor);
	if (after !== null) return after;
	const message = "reading a page: cursor: found something else than a cursor, wanted nextCursor of the page before";
	throw new Refusal("invalid_request", message, { details: { issues: [{ path: "cursor", wanted: "nextCursor of the page before" }] } });
};

/** A page and the way to the next one. @param rows up to limit + 1 rows in the order of the list; the last one only shows that there are more. */
export const pageFrom = <Row extends { id: string }>(rows: readonly Row[], limit: number): { data: Row[]; nextCursor: string | null } => {
	const data = rows.slice(0, limit);
	const last = data.at(-1);
	return { data, nextCursor: rows.length > limit && last ? encode(last.id) : null };
};

const encode = (after: string): string => btoa(JSON.stringify({ after })).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const decode = (cursor: string): string | null => {
	if (cursor.length > LIMITS.cursorChars || !BASE64URL.test(cursor)) return null;
	try {
		return Cursor.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")))).after;
	} catch {
		return null;
	}
};
