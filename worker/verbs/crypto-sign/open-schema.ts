import { isJsonObject } from "../json-schema/plain-json.ts";

/** Whether a granted schema lets fields through that it does not name: for a warning, not for a decision. */
export const isOpenSchema = (schema: unknown): boolean => {
	if (!isJsonObject(schema)) return schema !== false;
	const closed = schema["additionalProperties"] === false || Object.hasOwn(schema, "const") || Object.hasOwn(schema, "enum");
	return (
		!closed &&
		schema["$ref"] === undefined &&
		schema["allOf"] === undefined &&
		schema["anyOf"] === undefined &&
		schema["oneOf"] === undefined
	);
};
