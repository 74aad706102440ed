import { ERRORS, type ErrorCode, Refusal } from "../../contract/errors.ts";

/** Where a code is explained: a place in this server's own OpenAPI document. */
const docUrlOf = (code: ErrorCode): string => `/openapi.json#/components/x-errors/${code}`;

const INTERNAL = new Refusal("internal", "Answering: something failed that is not the request's fault, wanted an answer.");

/**
 * The one place where what was thrown becomes HTTP. A `Refusal` is told as it is; everything else, and every code that has no HTTP status, is a bug: 500
 * with the request's id and nothing else, and one line without values in the operator's log.
 */
export const refusalResponse = (thrown: unknown, at: { requestId: string; label: string }): Response => {
	const refusal = thrown instanceof Refusal && ERRORS[thrown.code].status !== 0 && thrown.code !== "internal" ? thrown : INTERNAL;
	if (refusal === INTERNAL) console.error(`${at.label} (request ${at.requestId}): ${outlineOf(thrown)}`);
	const { code, message, hint, details } = refusal;
	const body = { error: { ...details, code, message, hint, docUrl: docUrlOf(code), requestId: at.requestId } };
	return Response.json(body, { status: ERRORS[code].status, headers: headersFor(refusal) });
};

const headersFor = ({ code, details }: Refusal): Record<string, string> => {
	const { retryAfterSeconds, allow } = details;
	if (code === "unauthorized") return { "www-authenticate": "Bearer" };
	if (code === "method_not_allowed" && Array.isArray(allow)) return { allow: allow.join(", ") };
	if (ERRORS[code].status === 429)
		return { "retry-after": String(typeof retryAfterSeconds === "number" ? Math.ceil(retryAfterSeconds) : 1) };
	return {};
};

const OUTLINE_CHARS = 1_000;

/** An error's name, SQLite's code for it and where it was thrown; never its message, since messages hold values (drizzle's hold bound parameters). */
const outlineOf = (thrown: unknown): string => {
	if (!(thrown instanceof Error)) return `thrown ${typeof thrown}`;
	const cause = thrown.cause instanceof Error ? thrown.cause : thrown;
	const sqlite = /SQLITE_[A-Z_]+/.exec(cause.message)?.at(0) ?? "";
	const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
	return `${thrown.name} ${sqlite} ${frames.slice(0, 5).join(" |")}`.slice(0, OUTLINE_CHARS);
};
