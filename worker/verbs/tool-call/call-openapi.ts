import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { textOrBytes } from "../http-fetch/response-headers.ts";
import { dropBody } from "./drop-body.ts";
import type { OpenApiRequest } from "./openapi-request.ts";
import { redactValue } from "./redact-value.ts";
import { tooLarge } from "./tool-failure.ts";
import type { Wire } from "./tool-wire.ts";

/** What a program gets of an operation. All of it is the API's own word. */
export interface OperationResult {
	/** HTTP status, 200 to 599: what the API refuses is data for the program, not an error. */
	readonly status: number;
	readonly ok: boolean;
	/** JSON where the API says so, else text, else bytes; null where there is none. */
	readonly body: unknown;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;

/** Sends one request of an operation. @throws ToolFailure */
export const callOpenApi = async (request: OpenApiRequest, wire: Wire): Promise<OperationResult> => {
	const response = await wire.send(request);
	const { status, ok } = response;
	if (request.method === "HEAD" || status === 204 || status === 205) {
		dropBody(response);
		return { status, ok, body: null };
	}
	const bytes = await wire.read(response);
	return { status, ok, body: bytes.length === 0 ? null : redactValue(parseBody(bytes, response, wire), wire.redactor) };
};

const parseBody = (bytes: Uint8Array, response: Response, wire: Wire): unknown => {
	const contentType = response.headers.get("content-type");
	const body = textOrBytes(bytes, contentType);
	const essence = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
	if (typeof body !== "string" || !JSON_TYPE.test(essence)) return body;
	const read = readBoundedJson(body, { depth: LIMITS.valueDepth, nodes: LIMITS.valueNodes });
	if (read.kind === "value") return read.value;
	if (read.why === "the text is not JSON") return body;
	throw tooLarge(wire.bounds.responseBytes);
};
