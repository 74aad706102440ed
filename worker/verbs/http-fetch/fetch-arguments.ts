import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { HANDLE_WANTED, isHandleText } from "../handle-text.ts";
import { parseArguments } from "../parse-arguments.ts";
import { HTTP_METHODS, type HttpMethod } from "./http-methods.ts";
import type { HeaderList } from "./request-headers.ts";

/** The methods that take a request. `fetchAny` is what a program's plain fetch() becomes; the gate has chosen the grant for it with `coversRequest`. */
export const FETCHING: readonly string[] = ["fetch", "fetchAny", "stream"];

/** A program's request as it came, checked for shape alone. */
export interface FetchRequest {
	readonly url: string;
	readonly method: HttpMethod;
	readonly headers: HeaderList;
	readonly body: RequestBody;
	readonly redirect: "follow" | "manual" | "error";
	/** `handle`: the response's body stays on the host. */
	readonly as: "response" | "handle";
}

/** Content of the run that stays on the host, by its handle; how many bytes it has is known when the call acts. */
export interface HandleBody {
	readonly handle: string;
}
export type RequestBody = Uint8Array<ArrayBuffer> | HandleBody | null;

const BODYLESS_METHODS = new Set(["GET", "HEAD"]);

const HANDLE_CHARS = 64;

/** Exactly so: what fetch() mends is mended before it gets here, and rules of approvals look at the arguments as they are. */
const Method = z.string({ error: "a string" }).pipe(z.enum(HTTP_METHODS, { error: `one of ${HTTP_METHODS.join(", ")}` }));

const HeaderPair = z.tuple([z.string({ error: "a string" }), z.string({ error: "a string" })], { error: "a pair of name and value" });
const HeaderPairs = z.union([z.array(HeaderPair), z.instanceof(Headers).transform((headers) => [...headers])], {
	error: "pairs of header name and value",
});

const Request = z.strictObject(
	{
		url: z.union([z.string(), z.instanceof(URL).transform((url) => url.href)], { error: "a string" }),
		method: Method.default("GET"),
		headers: HeaderPairs.default([]),
		body: z
			.union([z.null(), z.string(), z.instanceof(Uint8Array), z.strictObject({ handle: z.string().max(HANDLE_CHARS) })], {
				error: "a string, a Uint8Array, { handle } or null",
			})
			.default(null),
		as: z.enum(["response", "handle"], { error: "response or handle" }).default("response"),
		redirect: z.enum(["follow", "manual", "error"], { error: "follow, manual or error" }).default("follow"),
	},
	{ error: "a request: { url, method, headers, body, redirect, as }" },
);

export type FetchArguments = { kind: "parsed"; request: FetchRequest } | { kind: "invalid"; message: string };

/** The one argument of `fetch`, `fetchAny` and `stream`. */
export const readFetchArguments = (method: string, args: readonly unknown[]): FetchArguments => {
	const parsed = parseArguments(method, z.tuple([Request]), args);
	if (parsed.kind === "invalid") return parsed;
	const [request] = parsed.values;
	// A body of text comes as bytes from a program's fetch.
	if ((typeof request.body === "string" || request.body instanceof Uint8Array) && isHandleText(request.body))
		return { kind: "invalid", message: `${method} argument 1.body: found a handle's id, wanted ${HANDLE_WANTED}` };
	const body = bodyOf(request.body);
	if (body !== null && BODYLESS_METHODS.has(request.method)) {
		return { kind: "invalid", message: `${method} argument 1.body: found a body, wanted none for ${request.method}` };
	}
	if (body instanceof Uint8Array && body.length > LIMITS.requestBytes) {
		return { kind: "invalid", message: `${method} argument 1.body: found ${body.length} bytes, wanted at most ${LIMITS.requestBytes}` };
	}
	if (method === "stream" && request.as === "handle")
		return { kind: "invalid", message: `${method} argument 1.as: found "handle", wanted none for a stream` };
	return { kind: "parsed", request: { ...request, body } };
};

const bodyOf = (body: string | Uint8Array | HandleBody | null): RequestBody => {
	if (typeof body === "string") return new Uint8Array(new TextEncoder().encode(body));
	return body instanceof Uint8Array ? new Uint8Array(body) : body;
};
