import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import type { Run } from "../../contract/runs.ts";
import { decodeValue } from "../../contract/tagged-json.ts";
import { jsonFault } from "../verbs/files/json-fault.ts";

/** What a program may say to the sender of the webhook that started it. */
const ProgramAnswer = z.strictObject({
	status: z
		.int()
		.min(200)
		.max(599)
		.refine((status) => status < 300 || status >= 400)
		.default(200),
	headers: z.record(z.string(), z.string().max(LIMITS.hookAnswerHeaderChars)).default({}),
	body: z.unknown().optional(),
});

/** Headers that a program may set beside the media type; others are left out. */
const HEADERS: ReadonlySet<string> = new Set(["content-language", "retry-after", "x-slack-no-retry"]);
/** Nothing that a browser would show as a page, or run. */
const TYPES: ReadonlySet<string> = new Set(["application/json", "text/plain", "text/csv", "application/x-www-form-urlencoded"]);
/** What a header's value may be made of: nothing in it can begin another header. */
const VALUE = /^[ -~]*$/;
/** Statuses that have no body (RFC 9110 §15.3.5, §15.3.6). */
const BODILESS: ReadonlySet<number> = new Set([204, 205]);

/**
 * The answer to a webhook that waited: what the run's program says, where the run has succeeded. A program that says nothing (null) is answered for with the
 * run's id; one that says something else than an answer with 500 and `invalid_response`, and so is a run that failed, with its code alone: a sender
 * learns nothing else of it. A run that is not over: 202.
 */
export const programAnswer = (run: Run): Response => {
	if (run.endedAtMs === null) return Response.json({ run: run.id, status: run.status }, { status: 202 });
	if (run.status !== "succeeded") return failed(run, run.error?.code ?? run.status);
	if (run.result === null) return Response.json({ run: run.id, status: run.status });
	return ownAnswer(run.result) ?? failed(run, "invalid_response");
};

const failed = (run: Run, code: string): Response => Response.json({ run: run.id, status: run.status, error: { code } }, { status: 500 });

/** @param result encoded (docs/design/values.md) @returns null where it is no answer, or one that is not let through */
const ownAnswer = (result: unknown): Response | null => {
	const decoded = decodeValue(JSON.stringify(result), { bytes: LIMITS.resultBytes });
	const parsed = decoded.kind === "decoded" ? ProgramAnswer.safeParse(decoded.value) : null;
	if (parsed?.success !== true) return null;
	const { status, body } = parsed.data;
	const given = new Map(Object.entries(parsed.data.headers).map(([name, value]) => [name.toLowerCase(), value]));
	const content = contentOf(body);
	const type = typeOf(given.get("content-type"), typeof body === "string");
	if (content === null || type === null) return null;
	const headers = [...given].filter(([name]) => HEADERS.has(name));
	if (headers.some(([, value]) => !VALUE.test(value))) return null;
	return BODILESS.has(status)
		? new Response(null, { status, headers: Object.fromEntries(headers) })
		: new Response(content, { status, headers: { ...Object.fromEntries(headers), "content-type": type } });
};

/** The bytes of a body: text as it is, anything else as JSON; null where JSON has no word for it, or they are too many. */
const contentOf = (body: unknown): Uint8Array<ArrayBuffer> | null => {
	if (body === undefined || body === null) return new Uint8Array(0);
	if (typeof body !== "string" && jsonFault(body) !== null) return null;
	const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
	return bytes.byteLength <= LIMITS.hookAnswerBytes ? new Uint8Array(bytes) : null;
};

/** The media type, made anew of what was asked for; null: it is not let through. */
const typeOf = (asked: string | undefined, isText: boolean): string | null => {
	if (asked === undefined) return isText ? "text/plain; charset=utf-8" : "application/json";
	const [essence = "", parameter = ""] = asked.toLowerCase().split(";", 2);
	const charset = parameter.trim();
	if (!TYPES.has(essence.trim()) || (charset !== "" && charset !== "charset=utf-8" && charset !== 'charset="utf-8"')) return null;
	return essence.trim() === "application/json" ? "application/json" : `${essence.trim()}; charset=utf-8`;
};
