import { LIMITS } from "../../contract/limits.ts";
import { isHeaderName, isConnectionHeader, isDeceivingHeader } from "../verbs/http-fetch/header-rules.ts";
import { isJsonObject } from "../verbs/json-schema/plain-json.ts";
import type { OpenApiCall } from "../verbs/tool-call/tool-server.ts";
import type { FoundTool } from "./describe-tool.ts";
import type { OpenApiDocument } from "./read-document.ts";
import { closeSchema, type Resolved, resolve } from "./resolve-reference.ts";

const METHODS = [
	["get", "GET"],
	["put", "PUT"],
	["post", "POST"],
	["delete", "DELETE"],
	["options", "OPTIONS"],
	["head", "HEAD"],
	["patch", "PATCH"],
] as const;

type Fields = Readonly<Record<string, unknown>>;

/** One tool for each operation of a document, in its order. An operation that cannot be called is there with the reason. */
export const listOperations = (document: OpenApiDocument): FoundTool[] => {
	const paths = isJsonObject(document["paths"]) ? document["paths"] : {};
	const tools: FoundTool[] = [];
	for (const [path, raw] of Object.entries(paths)) {
		const item = resolve(document, raw);
		if (!isJsonObject(item)) continue;
		for (const [key, method] of METHODS) {
			const operation = Object.hasOwn(item, key) ? item[key] : undefined;
			if (isJsonObject(operation)) tools.push(readOperation(document, { path, method, item, operation }));
			if (tools.length > LIMITS.toolsListed) return tools;
		}
	}
	return tools;
};

interface Place {
	readonly path: string;
	readonly method: OpenApiCall["method"];
	readonly item: Fields;
	readonly operation: Fields;
}

/** `GET /repos/{owner}` without an operationId is the tool `get_repos_owner`. */
const nameOf = ({ path, method, operation }: Place): string => {
	const { operationId } = operation;
	if (typeof operationId === "string" && operationId !== "" && operationId.isWellFormed())
		return operationId.slice(0, LIMITS.toolNameChars);
	const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
	return [method.toLowerCase(), ...words].join("_").slice(0, LIMITS.toolNameChars);
};

const readOperation = (document: OpenApiDocument, place: Place): FoundTool => {
	const { path, method, item, operation } = place;
	const description = [operation["summary"], operation["description"]].filter((text) => typeof text === "string").join("\n");
	const base = { name: nameOf(place), description };
	const unusable = (why: string): FoundTool => ({ ...base, inputSchema: {}, call: null, unusable: why });
	if (operation["servers"] !== undefined || item["servers"] !== undefined) return unusable("it has a server of its own");
	const parameters = readParameters(document, place);
	if (typeof parameters === "string") return unusable(parameters);
	const body = readRequestBody(document, operation);
	if (typeof body === "string") return unusable(body);
	const input = mergeInput(parameters, body);
	const schema = closeSchema(document, input.schema);
	if (schema.kind === "unresolved") return unusable(schema.why);
	const call = { method, path, parameters: parameters.map(({ call: parameter }) => parameter), body: input.body };
	return { ...base, inputSchema: schema.schema, call, unusable: null };
};

interface Parameter {
	readonly call: OpenApiCall["parameters"][number];
	readonly schema: unknown;
	readonly required: boolean;
}

/** Those of the operation stand above those of the path. A text says why the operation cannot be called. */
const readParameters = (document: OpenApiDocument, { path, item, operation }: Place): Parameter[] | string => {
	const byPlace = new Map<string, Parameter>();
	for (const raw of [...listOf(item["parameters"]), ...listOf(operation["parameters"])]) {
		const parameter = resolve(document, raw);
		if (!isJsonObject(parameter)) return "a parameter of it leads nowhere";
		const read = readParameter(parameter);
		if (typeof read === "string") return read;
		if (read !== null) byPlace.set(`${read.call.in} ${read.call.name}`, read);
	}
	const parameters = [...byPlace.values()];
	const holes = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
	const filled = new Set(parameters.flatMap(({ call }) => (call.in === "path" ? [call.name] : [])));
	if (!path.startsWith("/") || holes.some((name) => !filled.has(name)) || filled.size !== new Set(holes).size)
		return "its path and its path parameters do not fit";
	if (parameters.length > LIMITS.headers) return `it has more than ${LIMITS.headers} parameters`;
	if (new Set(parameters.map(({ call }) => call.argument)).size !== parameters.length) return "two of its parameters have the same name";
	return parameters;
};

/** Null for what the host decides itself or does not send: cookies, and headers of content and authorisation (OpenAPI 3.1, Parameter Object). */
const readParameter = (parameter: Fields): Parameter | string | null => {
	const { name, in: where, schema, content, style, explode, required } = parameter;
	if (typeof name !== "string" || name === "" || name.length > LIMITS.toolNameChars) return "a parameter of it has no usable name";
	const isRequired = required === true || where === "path";
	const shown = JSON.stringify(name);
	if (where === "cookie") return isRequired ? `it needs the cookie ${shown}` : null;
	if (where !== "path" && where !== "query" && where !== "header") return `its parameter ${shown} stands nowhere`;
	if (where === "header") {
		const lower = name.toLowerCase();
		if (["accept", "content-type", "authorization"].includes(lower)) return null;
		if (!isHeaderName(lower) || isConnectionHeader(lower) || isDeceivingHeader(lower))
			return isRequired ? `it needs the header ${shown}, which no program may set` : null;
	}
	if (content !== undefined) return isRequired ? `its parameter ${shown} is a document of its own` : null;
	const deep = where === "query" && style === "deepObject";
	const each = where === "query" && (style === undefined || style === "form") && explode !== false;
	if (style !== undefined && !deep && style !== "form" && style !== "simple")
		return isRequired ? `its parameter ${shown} has a style that is not written here` : null;
	return {
		call: { argument: name, name, in: where, style: deep ? "deep" : each ? "each" : "joined" },
		schema: withDescription(schema ?? {}, parameter["description"]),
		required: isRequired,
	};
};

const withDescription = (schema: unknown, description: unknown): unknown =>
	isJsonObject(schema) && typeof description === "string" && schema["description"] === undefined && schema["$ref"] === undefined
		? { ...schema, description }
		: schema;

interface RequestBody {
	readonly schema: unknown;
	/** The schema behind its references: whether its fields can stand among the arguments. */
	readonly resolved: Resolved;
	readonly required: boolean;
}

const readRequestBody = (document: OpenApiDocument, operation: Fields): RequestBody | string | null => {
	if (operation["requestBody"] === undefined) return null;
	const body = resolve(document, operation["requestBody"]);
	if (!isJsonObject(body)) return "its request body leads nowhere";
	const content = isJsonObject(body["content"]) ? Object.entries(body["content"]) : [];
	const json = content.find(([type]) => /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type) || type === "*/*")?.[1];
	const required = body["required"] === true;
	// An optional body too: a call without it would do something else than its description says.
	if (!isJsonObject(json)) return "its request body is not JSON";
	const schema = json["schema"] ?? {};
	return { schema, resolved: resolve(document, schema), required };
};

/** Keywords of a body's schema under which its fields may stand among the arguments. */
const PLAIN_FIELDS = new Set(["type", "properties", "required", "additionalProperties", "title", "description", "example", "examples"]);

const mergeInput = (parameters: readonly Parameter[], body: RequestBody | null): { schema: Fields; body: OpenApiCall["body"] } => {
	const properties = new Map(parameters.map(({ call, schema }) => [call.argument, schema]));
	const required = parameters.filter((parameter) => parameter.required).map(({ call }) => call.argument);
	const schemaOf = (extra: readonly string[], rest: unknown): Fields => ({
		type: "object",
		properties: Object.fromEntries(properties),
		...(required.length + extra.length === 0 ? {} : { required: [...required, ...extra] }),
		additionalProperties: rest,
	});
	if (body === null) return { schema: schemaOf([], false), body: "none" };
	const { resolved } = body;
	const fields = isJsonObject(resolved) && isJsonObject(resolved["properties"]) ? resolved["properties"] : null;
	const isPlain = isJsonObject(resolved) && resolved["type"] === "object" && Object.keys(resolved).every((key) => PLAIN_FIELDS.has(key));
	if (fields !== null && isPlain && body.required && Object.keys(fields).every((name) => !properties.has(name))) {
		for (const [name, schema] of Object.entries(fields)) properties.set(name, schema);
		// What the document does not name is not sent, unless it says that anything may be.
		return {
			schema: schemaOf(
				listOf(resolved["required"]).filter((name) => typeof name === "string"),
				resolved["additionalProperties"] ?? false,
			),
			body: "fields",
		};
	}
	properties.set("body", body.schema);
	return { schema: schemaOf(body.required ? ["body"] : [], false), body: "argument" };
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
