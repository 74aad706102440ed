import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { z } from "zod";
import { ErrorBody } from "../../../contract/common.ts";
import type { Operation } from "../../../contract/operation.ts";
import { OPERATIONS } from "../../../contract/operations.ts";
import { NewKey, NewTenant } from "../../../contract/tenants.ts";
import { app } from "../../../worker/app.ts";
import type { Env } from "../../../worker/env.ts";

export const OPERATOR = "operator-token-of-the-tests";

/** The Worker's bindings as an operator would set them. */
export const testEnv: Env = { ...env, ADMIN_TOKEN: OPERATOR, SEAL_KEY: btoa("0123456789abcdef0123456789abcdef") };

export interface Question {
	readonly key?: string;
	/** Sent as JSON. */
	readonly body?: unknown;
	/** Sent as it is. */
	readonly raw?: string | Uint8Array | ReadableStream<Uint8Array>;
	readonly headers?: Record<string, string>;
	readonly env?: Env;
}

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The body's JSON; null where there is none. */
	readonly json: unknown;
}

/** Asks the app, and holds every answer to what the table and the headers of every answer say. */
export const ask = async (method: string, path: string, question: Question = {}): Promise<Answer> => {
	const headers = new Headers(question.headers);
	if (question.key !== undefined) headers.set("authorization", `Bearer ${question.key}`);
	const body = question.raw ?? (question.body === undefined ? null : JSON.stringify(question.body));
	if (body !== null && !headers.has("content-type")) headers.set("content-type", "application/json");
	// As a real client does; without it a body counts as the largest.
	if (typeof body === "string" && question.raw === undefined)
		headers.set("content-length", String(new TextEncoder().encode(body).byteLength));
	const context = createExecutionContext();
	const request = new Request(`http://cordon.test${path}`, { method, headers, body });
	const response = await app.fetch(request, question.env ?? testEnv, context);
	const text = await response.text();
	await waitOnExecutionContext(context);
	const isJson = response.headers.get("content-type")?.startsWith("application/json") === true && text !== "";
	const answer = { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
	holdToContract(method, path, answer);
	return answer;
};

const holdToContract = (method: string, path: string, answer: Answer): void => {
	expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
	expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
	expect(answer.headers.get("cache-control")).toBe("no-store");
	expect(answer.headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
	expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
	expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
	expect(answer.headers.get("x-frame-options")).toBe("DENY");
	for (const [name] of answer.headers) expect(name).not.toMatch(/^access-control-/);
	if (method === "HEAD") return;
	if (isOtherText(method, path, answer)) return;
	const schema = answerSchema(method, path, answer.status);
	if (schema !== null) expect(z.prettifyError(schema.safeParse(answer.json).error ?? new z.ZodError([])), answer.text).toBe("");
	if (answer.status >= 400 && schema === ErrorBody) expect(errorOf(answer).requestId).toBe(answer.headers.get("x-request-id"));
};

const operationAt = (method: string, path: string): Operation | undefined => {
	const [pathname = ""] = path.split("?");
	return Object.values<Operation>(OPERATIONS).find((candidate) => candidate.method === method && patternOf(candidate.path).test(pathname));
};

/** Whether it is of a media type that the table lists beside JSON. */
const isOtherText = (method: string, path: string, { status, headers }: Answer): boolean =>
	operationAt(method, path)?.texts?.[status]?.some((type) => headers.get("content-type")?.startsWith(`${type};`)) === true;

const answerSchema = (method: string, path: string, status: number): z.ZodType | null => {
	const declared = operationAt(method, path)?.answers[status];
	if (declared !== undefined) return declared;
	expect(status, `${method} ${path} answered a status that the table does not have`).toBeGreaterThanOrEqual(400);
	return ErrorBody;
};

const patternOf = (path: string): RegExp => new RegExp(`^${path.replace("{path}", ".+").replaceAll(/\{[a-z]+\}/g, "[^/]+")}$`);

export const errorOf = (answer: Answer): z.infer<typeof ErrorBody>["error"] => ErrorBody.parse(answer.json).error;

let tenantsMade = 0;

/** A fresh tenant and the value of its first key, which has every scope. */
export const newTenant = async (): Promise<z.infer<typeof NewTenant>> => {
	tenantsMade += 1;
	const name = `tenant-${tenantsMade}-${crypto.randomUUID()}`;
	const answer = await ask("POST", "/v1/tenants", { key: OPERATOR, body: { name } });
	expect(answer.status, answer.text).toBe(201);
	return NewTenant.parse(answer.json);
};

/** A further key, made with another one. */
export const newKey = async (key: string, body: Record<string, unknown>): Promise<NewKey> => {
	const answer = await ask("POST", "/v1/keys", { key, body: { name: "further", ...body } });
	expect(answer.status, answer.text).toBe(201);
	return NewKey.parse(answer.json);
};
