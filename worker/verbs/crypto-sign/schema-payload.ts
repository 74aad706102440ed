import { describeValue } from "../describe-value.ts";
import { canonicalJson } from "../json-schema/canonical-json.ts";
import type { JsonSchema } from "../json-schema/compile-schema.ts";
import { isJsonObject } from "../json-schema/plain-json.ts";
import { faultText } from "../json-schema/schema-walk.ts";

export type SchemaPayload =
	| { kind: "payload"; value: Record<string, unknown>; text: string; bytes: Uint8Array<ArrayBuffer> }
	| { kind: "invalid"; message: string };

/**
 * An object of a program that fits the grant's schema, as its one canonical text. Text and bytes are refused whatever the schema says: what they hold
 * has not been checked.
 * @param where how the message names it, `sign argument 1`.
 */
export const readSchemaPayload = (where: string, schema: JsonSchema, value: unknown, mostBytes: number): SchemaPayload => {
	const wanted = "an object that fits the schema of the grant";
	if (!isJsonObject(value)) return { kind: "invalid", message: `${where}: found ${describeValue(value)}, wanted ${wanted}` };
	const fault = schema.check(value);
	if (fault !== null) return { kind: "invalid", message: faultText(where, fault) };
	const text = canonicalJson(value);
	const bytes = new Uint8Array(new TextEncoder().encode(text));
	if (bytes.length > mostBytes)
		return { kind: "invalid", message: `${where}: found an object of ${bytes.length} bytes as JSON, wanted at most ${mostBytes} bytes` };
	return { kind: "payload", value, text, bytes };
};
