import type { z } from "zod";
import { type CreateRun, Run } from "../../contract/runs.ts";

/** What the API answered. */
export interface Answer {
	readonly status: number;
	readonly body: unknown;
	readonly headers: Headers;
}

/** Bytes, or text as UTF-8. */
export type RawBody = string | Uint8Array<ArrayBuffer>;

/** A small client of the public API for the scripts, the benchmark and the tests of the running platform. */
export interface ApiClient {
	/** @param path with its leading slash. A body is sent as JSON. */
	request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
	/** Sends a body as it is. @param headers its `content-type` at least */
	send(method: string, path: string, body: RawBody, headers: Readonly<Record<string, string>>): Promise<Answer>;
	/** The same, but any status other than the one given throws with the answer's text. */
	expect<Shape extends z.ZodType>(status: number, shape: Shape, method: string, path: string, body?: unknown): Promise<z.output<Shape>>;
	/** Starts a run and returns it, ended or not. */
	run(request: CreateRunInput, headers?: Readonly<Record<string, string>>): Promise<Run>;
}

export type CreateRunInput = z.input<typeof CreateRun>;

export const createApiClient = (url: string, key: string): ApiClient => {
	const ask = async (method: string, path: string, headers: Readonly<Record<string, string>>, init: RequestInit): Promise<Answer> => {
		const response = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${key}`, ...headers }, ...init });
		const text = await response.text();
		const isJson = (response.headers.get("content-type") ?? "").includes("application/json");
		return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
	};
	const request: ApiClient["request"] = (method, path, body, headers = {}) =>
		body === undefined
			? ask(method, path, headers, {})
			: ask(method, path, { "content-type": "application/json", ...headers }, { body: JSON.stringify(body) });
	const send: ApiClient["send"] = (method, path, body, headers) => ask(method, path, headers, { body });
	const expect: ApiClient["expect"] = async (status, shape, method, path, body) => {
		const answer = await request(method, path, body);
		if (answer.status !== status)
			throw new Error(`${method} ${path}: found ${answer.status} ${JSON.stringify(answer.body).slice(0, 600)}, wanted ${status}`);
		return shape.parse(answer.body);
	};
	const run: ApiClient["run"] = async (create, headers) => {
		const answer = await request("POST", "/v1/runs", create, headers);
		if (answer.status !== 201 && answer.status !== 202) {
			throw new Error(`POST /v1/runs: found ${answer.status} ${JSON.stringify(answer.body).slice(0, 600)}, wanted 201 or 202`);
		}
		return Run.parse(answer.body);
	};
	return { request, send, expect, run };
};
