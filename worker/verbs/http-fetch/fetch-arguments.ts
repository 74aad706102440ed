import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { parseArguments } from "../parse-arguments.ts";
import { HTTP_METHODS, type HttpMethod } from "./http-fetch-grant.ts";
import type { HeaderList } from "./request-headers.ts";

/** A program's request as it came, checked for shape alone. */
export interface FetchRequest {
	readonly url: string;
	readonly method: HttpMethod;
	readonly headers: HeaderList;
	readonly body: Uint8Array<ArrayBuffer> | null;
	readonly redirect: "follow" | "manual" | "error";
}

/** The methods whose case fetch() mends (Fetch standard, "normalize a method"); `patch` in lower case is none of them. */
const MENDED_METHODS = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"]);
const BODYLESS_METHODS = new Set(["GET", "HEAD"]);

const Method = z
	.string({ error: "a string" })
	.transform((method) => (MENDED_METHODS.has(method.toUpperCase()) ? method.toUpperCase() : method))
	.pipe(z.enum(HTTP_METHODS, { error: `one of ${HTTP_METHODS.join(", ")}` }));

const HeaderPair = z.tuple([z.string({ error: "a string" }), z.string({ error: "a string" })], { error: "a pair of name and value" });
const HeaderPairs = z.union([z.array(HeaderPair), z.instanceof(Headers).transform((headers) => [...headers])], {
	error: "pairs of header name and value",
});

const Request = z.strictObject(
	{
		url: z.union([z.string(), z.instanceof(URL).transform((url) => url.href)], { error: "a string" }),
		method: Method.default("GET"),
		headers: HeaderPairs.default([]),
		body: z.union([z.null(), z.string(), z.instanceof(Uint8Array)], { error: "a string, a Uint8Array or null" }).default(null),
		redirect: z.enum(["follow", "manual", "error"], { error: "follow, manual or error" }).default("follow"),
	},
	{ error: "a request: { url, method, headers, body, redirect }" },
);

export type FetchArguments = { kind: "parsed"; request: FetchRequest } | { kind: "invalid"; message: string };

/** The one argument of `fetch` and `fetchAny`. */
export const readFetchArguments = (method: string, args: readonly unknown[]): FetchArguments => {
	const parsed = parseArguments(method, z.tuple([Request]), args);
	if (parsed.kind === "invalid") return parsed;
	const [request] = parsed.values;
	const body = request.body === null ? null : toBytes(request.body);
	if (body !== null && BODYLESS_METHODS.has(request.method)) {
		return { kind: "invalid", message: `${method} argument 1.body: found a body, wanted none for ${request.method}` };
	}
	if (body !== null && body.length > LIMITS.requestBytes) {
		return { kind: "invalid", message: `${method} argument 1.body: found ${body.length} bytes, wanted at most ${LIMITS.requestBytes}` };
	}
	return { kind: "parsed", request: { ...request, body } };
};

const toBytes = (body: string | Uint8Array): Uint8Array<ArrayBuffer> =>
	new Uint8Array(typeof body === "string" ? new TextEncoder().encode(body) : body);
