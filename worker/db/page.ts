import { z } from "zod";
import { Refusal } from "../../contract/errors.ts";
import { isId } from "../../contract/ids.ts";
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
	if (after === null) throw wrongCursor("something else than a cursor");
	return after;
};

/** The same of a list of ids of one kind; a cursor of another list is refused. */
export const readIdCursor = (cursor: string | undefined, kind: Parameters<typeof isId>[0]): string | null => {
	const after = readCursor(cursor);
	if (after !== null && !isId(kind, after)) throw wrongCursor("one of another list");
	return after;
};

const NUMBER = /^[0-9]{1,15}$/;

/** The number after which the next page begins, of a list whose rows are numbered; a cursor of another list is refused. */
export const readNumberCursor = (cursor: string | undefined): number | null => {
	const after = readCursor(cursor);
	if (after !== null && !NUMBER.test(after)) throw wrongCursor("one of another list");
	return after === null ? null : Number(after);
};

const wrongCursor = (found: string): Refusal => {
	const wanted = "nextCursor of the page before";
	const message = `Reading a page: cursor: found ${found}, wanted ${wanted}`;
	return new Refusal("invalid_request", message, { details: { issues: [{ path: "cursor", wanted }] } });
};

/** A page of a list. */
export interface Page<Row> {
	readonly data: Row[];
	readonly nextCursor: string | null;
}

/** A page and the way to the next one. @param rows up to limit + 1 rows in the order of the list; the last one only shows that there are more. */
export const pageFrom = <Row extends { id: string }>(rows: readonly Row[], limit: number): Page<Row> => pageBy(rows, limit, ({ id }) => id);

/** The same of rows that stand in their list by something else than an id. @param placeOf an id, or a number */
export const pageBy = <Row>(rows: readonly Row[], limit: number, placeOf: (row: Row) => string | number): Page<Row> => {
	const data = rows.slice(0, limit);
	const last = data.at(-1);
	return { data, nextCursor: rows.length > limit && last !== undefined ? encode(String(placeOf(last))) : null };
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
