import { decodeValue } from "../../../../contract/tagged-json.ts";
import { LIMITS } from "../../../../contract/limits.ts";
import type { NamedQuery } from "../../../../contract/named-queries.ts";
import type { D1Parameter } from "./query-d1.ts";

/** The parameters of a checked call again, from text of tagged JSON; of a named query in the order in which it declares them. */
export const orderedParameters = (text: string, query: NamedQuery | null): readonly unknown[] | null => {
	const decoding = decodeValue(text, { bytes: LIMITS.sqlParamBytes });
	if (decoding.kind === "refused" || typeof decoding.value !== "object" || decoding.value === null) return null;
	if (query === null) return Array.isArray(decoding.value) ? decoding.value : null;
	const given = new Map<string, unknown>(Object.entries(decoding.value));
	return Object.keys(query.params ?? {}).map((name) => given.get(name));
};

/** A parameter in PostgreSQL's text format; the server reads it as the type that the statement has at its place. */
export const postgresParameter = (value: unknown): string | null => {
	if (value === null || value === undefined) return null;
	return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value);
};

export const d1Parameter = (value: unknown): D1Parameter =>
	typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value instanceof Uint8Array ? value : null;
