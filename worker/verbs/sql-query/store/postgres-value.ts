import { readBoundedJson } from "../../../../contract/bounded-json.ts";
import { LIMITS } from "../../../../contract/limits.ts";

/** The numbers of PostgreSQL's own types (pg_type.dat); they never change. */
const TYPE = {
	bool: 16,
	bytea: 17,
	int8: 20,
	int2: 21,
	int4: 23,
	oid: 26,
	json: 114,
	float4: 700,
	float8: 701,
	timestamptz: 1184,
	jsonb: 3802,
} as const;

/**
 * A value in PostgreSQL's text format as a host value: numbers where a double holds them, int8 beyond that as a BigInt, bool, bytea as bytes, timestamptz
 * as a Date, json and jsonb as what they say. All others stay text: numeric keeps its digits, date and timestamp have no zone. What does not read as its
 * type stays text too, since a program may set the formats of its own session.
 */
export const postgresValue = (type: number, bytes: Uint8Array): unknown => {
	const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
	switch (type) {
		case TYPE.bool:
			return text === "t" ? true : text === "f" ? false : text;
		case TYPE.int2:
		case TYPE.int4:
		case TYPE.oid:
		case TYPE.int8:
			return integer(text);
		case TYPE.float4:
		case TYPE.float8:
			return Number(text);
		case TYPE.bytea:
			return text.startsWith("\\x") ? new Uint8Array(Buffer.from(text.slice(2), "hex")) : text;
		case TYPE.timestamptz:
			return instant(text);
		case TYPE.json:
		case TYPE.jsonb:
			return json(text);
		default:
			return text;
	}
};

const integer = (text: string): unknown => {
	if (!/^-?\d{1,19}$/.test(text)) return text;
	const number = Number(text);
	return Number.isSafeInteger(number) ? number : BigInt(text);
};

/** `2024-05-06 07:08:09.123456+00`: microseconds are cut. Infinity, years before Christ and beyond 9999 stay text. */
const instant = (text: string): unknown => {
	const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?\+00$/.exec(text);
	if (parts === null) return text;
	const date = new Date(`${parts[1]}T${parts[2]}${(parts[3] ?? ".0").slice(0, 4)}Z`);
	return Number.isNaN(date.getTime()) ? text : date;
};

const json = (text: string): unknown => {
	const read = readBoundedJson(text, { depth: LIMITS.valueDepth, nodes: LIMITS.valueNodes });
	return read.kind === "value" ? read.value : text;
};
