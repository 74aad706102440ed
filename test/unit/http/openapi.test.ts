import { expect, test } from "vitest";
import { z } from "zod";
import { ERRORS } from "../../../contract/errors.ts";
import { openApiDocument } from "../../../contract/openapi.ts";
import { OPERATIONS } from "../../../contract/operations.ts";
import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import { ask } from "./ask.ts";

const Parameter = z.strictObject({
	name: z.string(),
	in: z.enum(["path", "query"]),
	required: z.boolean(),
	description: z.string().optional(),
	schema: z.record(z.string(), z.unknown()),
});
const Content = z.strictObject({ "application/json": z.strictObject({ schema: z.strictObject({ $ref: z.string() }) }) });
/** An answer: JSON, and text of other media types made of the same. */
const Answer = z.strictObject({
	...Content.shape,
	"text/csv": z.strictObject({ schema: z.strictObject({ type: z.literal("string") }) }).optional(),
	"text/html": z.strictObject({ schema: z.strictObject({ type: z.literal("string") }) }).optional(),
});
/** A body that is sent as it is: its media types and its bound. */
const Streamed = z.strictObject({
	description: z.string().regex(/^At most \d+ bytes\.$/),
	content: z.record(
		z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
		z.strictObject({ schema: z.strictObject({ type: z.literal("string"), contentEncoding: z.literal("binary") }) }),
	),
});
const Described = z.strictObject({
	operationId: z.string(),
	summary: z.string(),
	security: z.array(z.record(z.string(), z.array(z.string()))),
	"x-scope": z.string().optional(),
	parameters: z.array(Parameter),
	requestBody: z
		.union([
			z.strictObject({ required: z.literal(true), content: Content }),
			z.strictObject({ ...Streamed.shape, required: z.literal(true) }),
			// Bytes of any kind, or none.
			z.strictObject({ ...Streamed.shape, required: z.literal(false), content: z.strictObject({ "*/*": z.strictObject({}) }) }),
		])
		.optional(),
	responses: z.record(z.string().regex(/^(\d{3}|default)$/), z.strictObject({ description: z.string(), content: Answer.optional() })),
});
const OpenApi = z.strictObject({
	openapi: z.literal("3.1.0"),
	info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
	paths: z.record(z.string().startsWith("/"), z.partialRecord(z.enum(["get", "post", "put", "patch", "delete"]), Described)),
	components: z.strictObject({
		schemas: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), z.record(z.string(), z.unknown())),
		securitySchemes: z.record(
			z.string(),
			z.strictObject({ type: z.literal("http"), scheme: z.literal("bearer"), description: z.string() }),
		),
		"x-errors": z.record(z.string(), z.strictObject({ status: z.int(), retry: z.boolean(), hint: z.string() })),
	}),
});

const grants = new Map([...CATALOGUE].map(([verb, { grantSchema }]) => [verb, grantSchema]));
const document = OpenApi.parse(JSON.parse(JSON.stringify(openApiDocument(grants))));

const GrantShape = z.looseObject({
	type: z.literal("object"),
	properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
	additionalProperties: z.literal(false),
});

const refsIn = (value: unknown): string[] => {
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, part]) => (key === "$ref" && typeof part === "string" ? [part] : refsIn(part)));
};

test("the document describes every operation of the table, and no other", () => {
	const described = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
	expect(described.toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
});

test("what may also come as text is described beside the JSON, there alone", () => {
	const also = Object.values(document.paths).flatMap((methods) =>
		Object.values(methods).flatMap(({ operationId, responses }) =>
			Object.entries(responses).flatMap(([status, { content }]) => (content?.["text/csv"] === undefined ? [] : [[operationId, status]])),
		),
	);
	expect(also).toEqual([["getUsage", "200"]]);
});

test("every parameter in a path is described, and required", () => {
	for (const [path, methods] of Object.entries(document.paths)) {
		const names = [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => name);
		for (const { parameters } of Object.values(methods)) {
			const described = parameters.filter((parameter) => parameter.in === "path");
			expect(described.map(({ name }) => name).toSorted(), path).toEqual(names.toSorted());
			for (const { required } of described) expect(required).toBe(true);
		}
	}
});

test("every reference resolves", () => {
	const refs = refsIn(document);
	expect(refs.length).toBeGreaterThan(50);
	for (const ref of refs) expect(Object.keys(document.components.schemas), ref).toContain(ref.replace("#/components/schemas/", ""));
});

test("every code of a refusal is in it with its status", () => {
	expect(document.components["x-errors"]).toEqual(ERRORS);
});

test("what every limit defaults to may be left out of a request", () => {
	const parameters = document.paths["/v1/keys"]?.get?.parameters ?? [];
	expect(parameters.map(({ name, required }) => [name, required])).toEqual([
		["limit", false],
		["cursor", false],
	]);
});

test("every verb's grant is in it, each field described, and a policy's grants are one of them", () => {
	const { schemas } = document.components;
	const names = [...CATALOGUE.keys()].map((verb) => `Grant.${verb}`);
	expect(Object.keys(schemas).filter((name) => /^Grant\.[a-z]+(\.[a-z]+)?$/.test(name))).toEqual(names);
	const refs = names.map((name) => `#/components/schemas/${name}`);
	expect(schemas["Grant"]).toMatchObject({ anyOf: refs.map(($ref) => ({ $ref })), discriminator: { propertyName: "verb" } });
	for (const [verb] of CATALOGUE) {
		const { properties } = GrantShape.parse(schemas[`Grant.${verb}`]);
		expect(properties["verb"]).toMatchObject({ const: verb });
		expect(
			Object.entries(properties).filter(([, { description }]) => description === undefined),
			verb,
		).toEqual([]);
	}
	for (const name of ["Agent", "CreateAgentBody", "UpdateAgentBody"])
		expect(schemas[name], name).toMatchObject({
			properties: { policy: { properties: { grants: { additionalProperties: { $ref: "#/components/schemas/Grant" } } } } },
		});
});

test("it is small enough to read at once", () => {
	expect(JSON.stringify(document).length).toBeLessThan(300_000);
});

test("it is served to anybody", async () => {
	const answer = await ask("GET", "/openapi.json");
	expect(answer.status).toBe(200);
	expect(answer.json).toEqual(document);
});
