import { Refusal } from "../../contract/errors.ts";
import { evaluateCondition } from "../policy/evaluate-condition.ts";
import { mapInput } from "./map-input.ts";
import { parseBody } from "./parse-body.ts";
import type { Identity } from "./schemes/scheme.ts";
import { schemes } from "./schemes/schemes.ts";
import { shownHeaders } from "./shown-headers.ts";
import type { TriggerRow } from "./trigger-row.ts";

/** What a signed request asks for: nothing but an answer, nothing since the filter does not let it, or a run. */
export type ReadHook =
	| { readonly kind: "handshake"; readonly answer: Readonly<Record<string, string>> }
	| ({ readonly kind: "filtered"; readonly event: string } & Identity)
	| ({ readonly kind: "start"; readonly event: string; readonly input: unknown } & Identity);

/**
 * Reads a request that its sender has signed. A filter that cannot say (a field is missing, or of another kind) lets nothing through.
 * @throws Refusal `invalid_request` where the body is not what its media type says
 */
export const readHook = ({ scheme, settings }: TriggerRow, headers: Headers, bytes: Uint8Array): ReadHook => {
	const { handshake, eventOf, identify, hiddenFields, signatureHeaders } = schemes[scheme];
	const parsed = parseBody(headers.get("content-type"), bytes);
	if (parsed.kind === "refused") {
		const message = `Receiving a webhook: the body cannot be read: ${parsed.why}; wanted what its Content-Type says`;
		throw new Refusal("invalid_request", message);
	}
	const message = { headers, bytes, body: parsed.body };
	const answer = handshake(message);
	if (answer !== null) return { kind: "handshake", answer };
	const identity = identify(message, settings);
	const shown = shownHeaders(headers, signatureHeaders(settings));
	const body = without(parsed.body, hiddenFields);
	const [args, event] = [[body, shown], eventOf(message)];
	if (settings.filter !== null && evaluateCondition(settings.filter, event, args) !== true) return { kind: "filtered", event, ...identity };
	const input = settings.input === null ? { headers: shown, body } : mapInput(settings.input, args);
	return { kind: "start", event, input, ...identity };
};

const without = (body: unknown, fields: readonly string[]): unknown => {
	const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
	return isObject && fields.length > 0 ? Object.fromEntries(Object.entries(body).filter(([name]) => !fields.includes(name))) : body;
};
