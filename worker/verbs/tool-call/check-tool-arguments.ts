import { LIMITS } from "../../../contract/limits.ts";
import { describeValue } from "../describe-value.ts";
import { compileSchema, type CompiledSchema } from "../json-schema/compile-schema.ts";
import { isJsonObject, plainJsonFinding } from "../json-schema/plain-json.ts";
import { faultText } from "../json-schema/schema-walk.ts";
import type { StoredTool } from "./tool-server.ts";

export type CheckedArguments = { kind: "checked"; value: Record<string, unknown> } | { kind: "invalid"; message: string };

/** Schemas made ready, by the tool's digest, which the host has made over the schema: the same digest is the same schema. */
const compiled = new Map<string, CompiledSchema>();

/** One object that fits the tool's schema; none at all is an empty one. */
export const checkToolArguments = (method: string, tool: StoredTool, args: readonly unknown[]): CheckedArguments => {
	const invalid = (message: string): CheckedArguments => ({ kind: "invalid", message: `${method} ${message}` });
	if (args.length > 1) return { kind: "invalid", message: `${method}: found ${args.length} arguments, wanted at most one object` };
	const value = args[0] ?? {};
	if (!isJsonObject(value)) return invalid(`argument 1: found ${describeValue(value)}, wanted an object`);
	const schema = compiledSchema(tool);
	if (schema.kind === "refused") return invalid("argument 1: the tool's schema cannot be used, wanted another tool");
	const fault = schema.check(value);
	if (fault !== null) return { kind: "invalid", message: faultText(`${method} argument 1`, fault) };
	// The schema may allow fields of any name; this one would mean something else on the far side.
	const proto = plainJsonFinding(value) === null && holdsProto(value);
	return proto ? invalid("argument 1: found a field named __proto__, wanted another name") : { kind: "checked", value };
};

const compiledSchema = (tool: StoredTool): CompiledSchema => {
	const kept = compiled.get(tool.digest);
	if (kept !== undefined) return kept;
	const schema = compileSchema(tool.inputSchema, { unknownKeywords: "ignore" });
	const [oldest] = compiled.keys();
	if (compiled.size >= LIMITS.toolsPerServer && oldest !== undefined) compiled.delete(oldest);
	compiled.set(tool.digest, schema);
	return schema;
};

/** Bounded, since plain JSON is. */
const holdsProto = (root: unknown): boolean => {
	const waiting: unknown[] = [root];
	while (waiting.length > 0) {
		const value = waiting.pop();
		if (typeof value !== "object" || value === null) continue;
		if (Object.hasOwn(value, "__proto__")) return true;
		for (const child of Object.values(value)) waiting.push(child);
	}
	return false;
};
