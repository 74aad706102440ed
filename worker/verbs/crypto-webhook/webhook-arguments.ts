import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { secretText } from "../crypto-sign/read-key.ts";
import { TextOrBytes } from "../crypto-sign/payload-argument.ts";
import { fieldsOf } from "../fields-of.ts";

/** The scheme signs text, so that bytes must be UTF-8. */
const Body = TextOrBytes.transform((body, context) => {
	const text = typeof body === "string" ? body : secretText(body);
	if (text !== null) return text;
	context.addIssue({ code: "custom", message: "text, or bytes that are UTF-8" });
	return z.NEVER;
});

/** No dot: id, time and body are joined with dots before they are signed, and one signature must not be that of two messages. */
const MESSAGE_ID = /^[A-Za-z0-9_-]+$/;
const ID_WANTED = `an id of letters, digits, _ and -, at most ${LIMITS.webhookIdChars}`;
const MessageId = z.string({ error: ID_WANTED }).max(LIMITS.webhookIdChars, { error: ID_WANTED }).regex(MESSAGE_ID, { error: ID_WANTED });

const HEADERS_WANTED = `headers: an object of strings, a Headers or a list of pairs, at most ${LIMITS.webhookHeaders}`;
const HeaderText = z.string({ error: "a string" });
const Pairs = z.array(z.tuple([HeaderText, HeaderText], { error: "a pair of strings" }), { error: HEADERS_WANTED });
/** Their count is checked before any is looked at. */
const HeaderPairs = z
	.unknown()
	.transform((headers) => (isRecord(headers) && Object.keys(headers).length <= LIMITS.webhookHeaders ? ownPairs(headers) : headers))
	.refine((pairs) => Array.isArray(pairs) && pairs.length <= LIMITS.webhookHeaders, { error: HEADERS_WANTED })
	.pipe(Pairs);

const isRecord = (value: unknown): value is Record<string, unknown> => {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || prototype === Object.prototype;
};

const ownPairs = (headers: Record<string, unknown>): [string, unknown][] =>
	Object.entries(Object.getOwnPropertyDescriptors(headers)).map(([name, field]) => [name, field.value]);

export const SIGN_ARGUMENTS = z.tuple([fieldsOf({ id: MessageId, body: Body }, { error: "a message: { id, body }" })]);
export const VERIFY_ARGUMENTS = z.tuple([HeaderPairs, Body]);

/** The three headers that count, or null when one is missing, there twice, too long or not of its form: then the message is not authentic. */
export const readWebhookHeaders = (
	pairs: readonly (readonly [string, string])[],
): { id: string; timestamp: string; signature: string } | null => {
	const one = (name: string): string | null => {
		const [pair, another] = pairs.filter(([key]) => key.length === name.length && key.toLowerCase() === name);
		return pair === undefined || another !== undefined || pair[1].length > LIMITS.webhookHeaderChars ? null : pair[1];
	};
	const [id, timestamp, signature] = [one("webhook-id"), one("webhook-timestamp"), one("webhook-signature")];
	if (id === null || timestamp === null || signature === null) return null;
	return id.length <= LIMITS.webhookIdChars && MESSAGE_ID.test(id) && /^[1-9]\d{0,14}$/.test(timestamp)
		? { id, timestamp, signature }
		: null;
};
