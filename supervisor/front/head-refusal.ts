import { randomUUID } from "node:crypto";
import { ERRORS, type ErrorCode } from "../../contract/errors.ts";

const REASONS: Readonly<Record<number, string>> = { 400: "Bad Request", 405: "Method Not Allowed", 413: "Content Too Large" };

/** A refusal as the bytes of a whole HTTP answer, after which the connection ends: for what is refused before there is a request that the Worker could read. */
export const headRefusal = (code: ErrorCode, message: string, fields: Readonly<Record<string, string>> = {}): string => {
	const requestId = randomUUID();
	const { status, hint } = ERRORS[code];
	const body = JSON.stringify({ error: { code, message, hint, docUrl: `/openapi.json#/components/x-errors/${code}`, requestId } });
	const headers = {
		"content-type": "application/json",
		"content-length": String(Buffer.byteLength(body)),
		"cache-control": "no-store",
		"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
		"cross-origin-resource-policy": "same-origin",
		"referrer-policy": "no-referrer",
		"x-content-type-options": "nosniff",
		"x-frame-options": "DENY",
		"x-request-id": requestId,
		connection: "close",
		...fields,
	};
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `HTTP/1.1 ${status} ${REASONS[status] ?? "Refused"}\r\n${lines.join("")}\r\n${body}`;
};
