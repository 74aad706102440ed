import { z } from "zod";
import { ERRORS, type ErrorCode, Refusal } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Override, ReplayRun } from "../../../contract/replays.ts";
import type { Call } from "../../../contract/runs.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { responseParts } from "../../agents/object/response-parts.ts";
import { errorText, valueText } from "../../executor/answer-text.ts";

/** What a program's fetch() answers, as docs/design/values.md encodes it. */
const FetchAnswer = z.strictObject({
	$response: z.strictObject({
		status: z.int().min(200).max(599),
		url: z.string().max(LIMITS.urlChars).default(""),
		headers: z.array(z.tuple([z.string(), z.string()])).default([]),
		body: z.unknown().optional(),
	}),
});
const FETCHES = new Set(["fetch", "fetchAny"]);

/**
 * The texts of the answers that a fork gives in place of recorded ones, by the seq of their calls.
 * @param calls those that are answered from the journal
 * @throws Refusal `invalid_request` that names the override: a call that is none of them, named twice, or a value that is no encoded one
 */
export const overrideAnswers = (overrides: NonNullable<ReplayRun["overrides"]>, calls: readonly Call[]): Map<number, string> => {
	const byName = new Map(calls.flatMap((call) => [[call.id, call] as const, [String(call.seq), call] as const]));
	const texts = new Map<number, string>();
	for (const [name, override] of Object.entries(overrides)) {
		const call = byName.get(name);
		const last = calls.length === 0 ? "there are none" : `1 to ${calls.length}`;
		if (call === undefined)
			throw refuse(name, `found no such call among those up to \`from\`, wanted an id or a seq of one of them (${last})`);
		if (texts.has(call.seq)) throw refuse(name, `found two answers for call ${call.seq}, wanted one`);
		texts.set(call.seq, answerText(name, call, override));
	}
	return texts;
};

const answerText = (name: string, call: Call, override: Override): string => {
	if ("error" in override) {
		const { code, message } = override.error;
		if (isErrorCode(code) && !NO_ENDS.has(code)) return errorText(code, message);
		throw refuse(`${name}.error.code`, `found ${JSON.stringify(code)}, wanted a code that a call can end with, as upstream_failed`);
	}
	const text =
		call.verb === "http.fetch" && FETCHES.has(call.method) ? fetchAnswer(name, override.value) : plainAnswer(name, override.value);
	if (text.startsWith('{"kind":"error"'))
		throw refuse(`${name}.value`, `found one larger than ${LIMITS.callAnswerBytes} bytes, wanted a smaller one`);
	return text;
};

/** What no call ends with that the program goes on from: its run is over, or Cordon itself has failed. */
const NO_ENDS: ReadonlySet<ErrorCode> = new Set(["run_ended", "internal"]);

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

const plainAnswer = (name: string, value: unknown): string => valueText(decoded(`${name}.value`, value), false);

const fetchAnswer = (name: string, value: unknown): string => {
	if (typeof value !== "object" || value === null || !("$response" in value)) return plainAnswer(name, value);
	const parsed = FetchAnswer.safeParse(value);
	if (!parsed.success) {
		const wanted = '{"$response":{"status":200,"headers":[["content-type","application/json"]],"body":"…"}}';
		throw refuse(`${name}.value`, `found a malformed response (${parsed.error.issues[0]?.message ?? ""}), wanted one like ${wanted}`);
	}
	const { status, url, headers, body } = parsed.data.$response;
	const content = decoded(`${name}.value.$response.body`, body ?? "");
	if (typeof content !== "string" && !(content instanceof Uint8Array))
		throw refuse(`${name}.value.$response.body`, "found another value, wanted text or $bytes");
	const parts = responseParts(status, headers, content);
	if (parts.kind === "refused") throw refuse(`${name}.value.$response`, parts.why);
	return valueText({ $response: { status, url, headers: parts.headers, body: content } }, true);
};

/** A value of a request's body, which is within the bounds of JSON already. */
const decoded = (path: string, value: unknown): unknown => {
	const decoding = decodeValue(JSON.stringify(value ?? null));
	if (decoding.kind === "decoded") return decoding.value;
	throw refuse(path, `found no encoded value: ${decoding.why}`);
};

const refuse = (path: string, what: string): Refusal =>
	new Refusal("invalid_request", `Forking a run: overrides.${path.slice(0, 100)}: ${what}`, {
		details: { issues: [{ path: `overrides.${path.slice(0, 100)}`, wanted: what }] },
	});
