import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { NamedQuery, ParameterType } from "../../../contract/named-queries.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { describeValue } from "../describe-value.ts";
import { fieldsOf } from "../fields-of.ts";
import { parseArguments } from "../parse-arguments.ts";

/** In what form rows are given to the program: in the isolate, or as a handle to what stays on the host. */
export type RowsAs = { kind: "rows" } | { kind: "handle"; format: "csv" | "json" };

/** A call's arguments, checked. `params` is text of tagged JSON. */
export interface SqlCall {
	readonly sql: string;
	readonly params: string;
	readonly as: RowsAs;
}

export type Reading<Value> = { kind: "read"; value: Value } | { kind: "invalid"; message: string };

const isScalar = (value: unknown): boolean =>
	value === null ||
	typeof value === "string" ||
	typeof value === "boolean" ||
	typeof value === "bigint" ||
	(typeof value === "number" && Number.isFinite(value)) ||
	value instanceof Uint8Array;

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

const WANTED_PARAM = "a text, a finite number, a BigInt, a boolean, bytes or null";
const WANTED_PARAMS = `an array or an object of at most ${LIMITS.sqlParams} texts, finite numbers, BigInts, booleans, bytes or nulls`;

const Sql = z
	.string({ error: "SQL text" })
	.min(1, { error: "SQL text" })
	.max(LIMITS.sqlChars, { error: `at most ${LIMITS.sqlChars} characters of SQL` });
const Params = z
	.unknown()
	.superRefine((params, context) => {
		const wrong = (path: PropertyKey[], message: string): void => context.addIssue({ code: "custom", path, message });
		if (params === undefined) return;
		if (!Array.isArray(params) && !isPlainObject(params)) return wrong([], WANTED_PARAMS);
		const entries = Array.isArray(params) ? params.entries() : Object.entries(params);
		let count = 0;
		// Stops at the first fault: an issue of each would be as many as a program likes.
		for (const [key, value] of entries) {
			count += 1;
			if (count > LIMITS.sqlParams) return wrong([], WANTED_PARAMS);
			if (!isScalar(value)) return wrong([key], WANTED_PARAM);
		}
	})
	.optional();
export const Options = fieldsOf(
	{
		as: z.enum(["rows", "handle"], { error: 'rows or "handle"' }).default("rows"),
		format: z.enum(["csv", "json"], { error: "csv or json" }).default("json"),
	},
	{ error: '{ as: "handle" } or nothing' },
).optional();

const rowsAs = (options: z.output<typeof Options>): RowsAs =>
	options?.as === "handle" ? { kind: "handle", format: options.format } : { kind: "rows" };

/** `query(sql, params?, options?)` and its like. */
export const readSqlCall = (method: string, args: readonly unknown[]): Reading<SqlCall> => {
	const parsed = parseArguments(method, z.tuple([Sql, Params, Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [sql, params, options] = parsed.values;
	return withParams(method, params ?? [], (text) => ({ sql, params: text, as: rowsAs(options) }));
};

/** `name(params, options?)` of a named query: every parameter of the grant, of its type, and no other. */
export const readNamedCall = (name: string, query: NamedQuery, args: readonly unknown[]): Reading<SqlCall> => {
	const parsed = parseArguments(name, z.tuple([z.unknown(), Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [given, options] = parsed.values;
	const wanted = new Map(Object.entries(query.params ?? {}));
	if (!isPlainObject(given ?? {})) return invalid(`${name} argument 1: found ${describeValue(given)}, wanted an object of parameters`);
	const values = new Map(Object.entries(given ?? {}));
	for (const key of values.keys()) {
		if (!wanted.has(key))
			return invalid(`${name} argument 1: found the field ${describeValue(key)}, wanted only ${[...wanted.keys()].join(", ") || "none"}`);
	}
	for (const [key, type] of wanted) {
		const value = values.get(key);
		if (!fits(type, value)) return invalid(`${name} argument 1.${key}: found ${describeValue(value)}, wanted ${WANTED[type]}`);
	}
	return withParams(name, Object.fromEntries(values), (text) => ({ sql: query.sql, params: text, as: rowsAs(options) }));
};

const WANTED: Readonly<Record<ParameterType, string>> = {
	text: "a string",
	number: "a finite number",
	integer: "a whole number",
	boolean: "true or false",
	bytes: "a Uint8Array",
};

const fits = (type: ParameterType, value: unknown): boolean => {
	switch (type) {
		case "text":
			return typeof value === "string";
		case "number":
			return typeof value === "number" && Number.isFinite(value);
		case "integer":
			return Number.isSafeInteger(value);
		case "boolean":
			return typeof value === "boolean";
		case "bytes":
			return value instanceof Uint8Array;
	}
};

const withParams = (method: string, params: unknown, make: (text: string) => SqlCall): Reading<SqlCall> => {
	const encoding = encodeValue(params, { bytes: LIMITS.sqlParamBytes });
	if (encoding.kind === "refused") return invalid(`${method}: the parameters cannot be sent: ${encoding.message}`);
	return { kind: "read", value: make(encoding.text) };
};

const invalid = (message: string): { kind: "invalid"; message: string } => ({ kind: "invalid", message });
