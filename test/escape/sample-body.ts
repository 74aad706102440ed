import { z } from "zod";

const Node = z.looseObject({
	type: z.string().optional(),
	const: z.unknown().optional(),
	enum: z.array(z.unknown()).optional(),
	anyOf: z.array(z.unknown()).optional(),
	oneOf: z.array(z.unknown()).optional(),
	allOf: z.array(z.unknown()).optional(),
	properties: z.record(z.string(), z.unknown()).optional(),
	required: z.array(z.string()).optional(),
	items: z.unknown().optional(),
	minItems: z.number().optional(),
	minLength: z.number().optional(),
	minimum: z.number().optional(),
	pattern: z.string().optional(),
});

const sampleOf = (schema: unknown): unknown => {
	const node = Node.parse(schema);
	if (node.const !== undefined) return node.const;
	if (node.enum !== undefined) return node.enum[0];
	const [first] = node.anyOf ?? node.oneOf ?? node.allOf ?? [];
	if (first !== undefined) return sampleOf(first);
	switch (node.type) {
		case "object":
			return Object.fromEntries((node.required ?? []).map((name) => [name, sampleOf(node.properties?.[name] ?? {})]));
		case "array":
			return Array.from({ length: node.minItems ?? 0 }, () => sampleOf(node.items ?? {}));
		case "integer":
		case "number":
			return Math.max(1, node.minimum ?? 1);
		case "boolean":
			return true;
		default:
			return "x".repeat(Math.max(1, node.minLength ?? 1));
	}
};

/** Bodies with rules that a JSON schema does not tell, by operation. */
const WRITTEN: ReadonlyMap<string, unknown> = new Map<string, unknown>([
	["putTool", { kind: "openapi", url: "https://api.example.com", document: { openapi: "3.1.0" } }],
	["putModel", { routes: [{ provider: "openai", model: "m", secret: "s", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 }] }],
	["putStore", { kind: "postgres", binding: "HYPERDRIVE_X" }],
	["updateAgent", { policy: { grants: {} } }],
	["createSchedule", { agent: "x", cron: "0 3 * * *" }],
	["createTrigger", { agent: "x", scheme: "github", secret: "x" }],
	["updateSchedule", { name: "x" }],
	["updateTrigger", { name: "x" }],
]);

/** A small value that an operation's schema takes, as far as its JSON schema tells. @throws Error when the schema refuses it */
export const sampleBody = (operation: string, schema: z.ZodType): unknown => {
	const sample = WRITTEN.get(operation) ?? sampleOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
	const parsed = schema.safeParse(sample);
	if (parsed.success) return sample;
	const found = JSON.stringify(sample).slice(0, 200);
	throw new Error(
		`Making a body for ${operation}: found ${found} refused, wanted one that fits (WRITTEN may have it): ${z.prettifyError(parsed.error)}`,
	);
};
