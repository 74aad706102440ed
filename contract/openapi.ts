import { z } from "zod";
import { Agent, AgentSummary, Policy } from "./agents.ts";
import { Approval } from "./approvals.ts";
import { Budget, TenantBudget } from "./budgets.ts";
import { ErrorBody } from "./common.ts";
import { Dataset } from "./datasets.ts";
import { ERRORS } from "./errors.ts";
import { TenantEvent } from "./events.ts";
import { Model } from "./models.ts";
import type { Operation, StreamedBody } from "./operation.ts";
import { Health, OPERATIONS } from "./operations.ts";
import { Prices } from "./prices.ts";
import { ProgramVersion } from "./programs.ts";
import { Call, Run, RunLog, RunSummary } from "./runs.ts";
import { Delivery, Endpoint } from "./endpoints.ts";
import { Schedule } from "./schedules.ts";
import { Store } from "./stores.ts";
import { Key, NewKey, NewTenant, Secret, Tenant } from "./tenants.ts";
import { ToolServerSummary } from "./tools.ts";
import { Trigger } from "./triggers.ts";

type Json = Readonly<Record<string, unknown>>;

/** Schemas that have a name of their own; every other one is named after its operation. */
const NAMED: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>(
	Object.entries({
		...{
			Agent,
			AgentSummary,
			Budget,
			Call,
			Health,
			Key,
			NewKey,
			NewTenant,
			ProgramVersion,
			Run,
			RunLog,
			RunSummary,
			Schedule,
			Secret,
			Tenant,
		},
		...{ Approval, Dataset, Delivery, Endpoint, Model, Prices, Store, TenantBudget, TenantEvent, ToolServerSummary, Trigger },
		Error: ErrorBody,
	}).map(([name, schema]) => [schema, name]),
);

// So that whatever holds one of them refers to it.
for (const [schema, name] of NAMED) if (!z.globalRegistry.has(schema)) z.globalRegistry.add(schema, { id: name });

/** Each verb's grant by the verb's name, in the catalogue's order. */
export type GrantSchemas = ReadonlyMap<string, z.ZodType>;

/**
 * The API as an OpenAPI 3.1 document, made from the table of operations. The codes of refusals are in `components.x-errors`, each verb's grant in
 * `components.schemas["Grant.<verb>"]`. What a rule of a grant says beyond its shape is in the descriptions.
 */
export const openApiDocument = (grants: GrantSchemas): Json => {
	const schemas: Record<string, unknown> = {};
	const paths: Record<string, Record<string, unknown>> = {};
	const reference = (schema: z.ZodType, name: string, io: "input" | "output"): Json => addSchema(schemas, schema, name, io);
	for (const [id, operation] of Object.entries<Operation>(OPERATIONS)) {
		const path = paths[operation.path] ?? {};
		path[operation.method.toLowerCase()] = describeOperation(id, operation, reference);
		paths[operation.path] = path;
	}
	reference(ErrorBody, "Error", "output");
	for (const [verb, schema] of grants) reference(schema, grantName(verb), "input");
	schemas[GRANT] = {
		description: "What a policy gives by a name: `verb` says which of these it is.",
		anyOf: [...grants.keys()].map((verb) => referTo(grantName(verb))),
		discriminator: {
			propertyName: "verb",
			mapping: Object.fromEntries([...grants.keys()].map((verb) => [verb, `${COMPONENTS}${grantName(verb)}`])),
		},
	};
	return {
		openapi: "3.1.0",
		info: { title: "Cordon", version: "1", description: "Runs the code that AI agents write, as if it were hostile." },
		paths,
		components: {
			schemas,
			securitySchemes: {
				key: { type: "http", scheme: "bearer", description: "A key of a tenant: cordon_…" },
				operator: { type: "http", scheme: "bearer", description: "The platform operator's ADMIN_TOKEN." },
			},
			"x-errors": ERRORS,
		},
	};
};

type Reference = (schema: z.ZodType, name: string, io: "input" | "output") => Json;

const describeOperation = (id: string, operation: Operation, reference: Reference): Json => {
	const title = `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
	const bytes = operation.stream ? streamedBody(operation.stream) : operation.raw && rawBody(operation.raw.mostBytes);
	const body = bytes ?? (operation.body && { required: true, content: jsonContent(reference(operation.body, `${title}Body`, "input")) });
	return {
		operationId: id,
		summary: operation.summary,
		...describeAccess(operation),
		parameters: [...describeParameters(operation.params, "path"), ...describeParameters(operation.query, "query")],
		...(body ? { requestBody: body } : {}),
		responses: describeAnswers(title, operation, reference),
	};
};

const streamedBody = ({ contentTypes, mostBytes }: StreamedBody): Json => ({
	required: true,
	description: `At most ${mostBytes} bytes.`,
	content: Object.fromEntries(contentTypes.map((type) => [type, { schema: { type: "string", contentEncoding: "binary" } }])),
});

/** Bytes of any kind, or none. */
const rawBody = (mostBytes: number): Json => ({ required: false, description: `At most ${mostBytes} bytes.`, content: { "*/*": {} } });

const describeAccess = ({ access }: Operation): Json => {
	if (access.kind === "public") return { security: [] };
	if (access.kind === "operator") return { security: [{ operator: [] }] };
	return { security: [{ key: [access.scope] }], "x-scope": access.scope };
};

const describeParameters = (schema: z.ZodObject, place: "path" | "query"): Json[] =>
	Object.entries<z.ZodType>(schema.shape).map(([name, part]) => {
		const { description, ...rest } = toJsonSchema(part, "input");
		const text = typeof description === "string" ? { description } : {};
		return { name, in: place, required: place === "path" || !part.safeParse(undefined).success, ...text, schema: rest };
	});

const describeAnswers = (title: string, operation: Operation, reference: Reference): Json => {
	const responses: Record<string, unknown> = {};
	for (const [status, schema] of Object.entries(operation.answers)) {
		const texts = textContent(operation.texts?.[Number(status)] ?? []);
		const content = schema === null ? {} : { content: { ...jsonContent(reference(schema, `${title}Answer`, "output")), ...texts } };
		responses[status] = { description: Number(status) < 300 ? "Done." : "Not able to.", ...content };
	}
	return {
		...responses,
		default: { description: "A refusal; its code is one of components.x-errors.", content: jsonContent(referTo("Error")) },
	};
};

const jsonContent = (schema: Json): Json => ({ "application/json": { schema } });
const textContent = (types: readonly string[]): Json => Object.fromEntries(types.map((type) => [type, { schema: { type: "string" } }]));
const COMPONENTS = "#/components/schemas/";
const referTo = (name: string): Json => ({ $ref: `${COMPONENTS}${name}` });

/** Any grant; the contract itself knows of one only that it has a verb. */
const GRANT = "Grant";
const grantName = (verb: string): string => `${GRANT}.${verb}`;

/** Puts a schema among the components once and gives a reference to it. */
const addSchema = (schemas: Record<string, unknown>, schema: z.ZodType, fallback: string, io: "input" | "output"): Json => {
	const name = NAMED.get(schema) ?? fallback;
	if (schemas[name] === undefined) {
		const { $defs, ...own } = toJsonSchema(schema, io);
		schemas[name] = hoistRefs(own, name);
		for (const [part, definition] of Object.entries($defs ?? {})) schemas[partName(name, part)] = hoistRefs(definition, name);
	}
	return referTo(name);
};

const toJsonSchema = (schema: z.ZodType, io: "input" | "output"): Record<string, unknown> & { $defs?: Record<string, unknown> } => {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, {
		io,
		unrepresentable: "any",
		override: ({ zodSchema, jsonSchema }) => {
			const grants = zodSchema === Policy ? jsonSchema.properties?.["grants"] : undefined;
			if (typeof grants === "object") grants.additionalProperties = referTo(GRANT);
		},
	});
	return rest;
};

/** Definitions that many schemas have, by their ids: components of their own, once. */
const SHARED: ReadonlySet<string> = new Set([
	...["ApprovalRule", "Condition", "Limits", "Amounts", "GrantWindow", "RunEventData"],
	...NAMED.values(),
]);
const partName = (name: string, part: string): string => (SHARED.has(part) ? part : `${name}.${part}`);

/** Definitions of a schema's own become components beside it, since a reference in OpenAPI starts at the document's root. */
const hoistRefs = (value: unknown, name: string): unknown => {
	if (Array.isArray(value)) return value.map((item) => hoistRefs(item, name));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, part]) => {
			if (key !== "$ref" || typeof part !== "string") return [key, hoistRefs(part, name)];
			if (part.startsWith(COMPONENTS)) return [key, part];
			const local = part.replace(/^#\/\$defs\//, "");
			return [key, `${COMPONENTS}${part === "#" ? name : partName(name, local)}`];
		}),
	);
};
