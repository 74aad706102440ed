import { z } from "zod";

/**
 * Ids carry their kind and sort by time: a prefix, ten characters of milliseconds, sixteen random characters (80 bits), in Crockford's base32.
 * What lives in an agent's object (`run_`, `cal_`, `apr_`, `sch_`), or in an endpoint's (`dlv_`), carries the sixteen random characters of that behind its own, so that the id alone leads to the object.
 * An id is never authority: every look-up names the tenant of the key first.
 */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const PLAIN = /^[0-9a-hjkmnp-tv-z]{26}$/;
const ROUTED = /^[0-9a-hjkmnp-tv-z]{42}$/;

const ROUTED_KINDS = ["run", "cal", "apr", "sch", "dlv"] as const;
type PlainKind = "ten" | "key" | "agt" | "hld" | "sec" | "trg" | "end" | "res" | "hdl" | "evt";
type RoutedKind = (typeof ROUTED_KINDS)[number];

const encodeTime = (atMs: number): string => {
	let rest = atMs;
	let text = "";
	for (let index = 0; index < 10; index += 1) {
		text = ALPHABET.charAt(rest % 32) + text;
		rest = Math.floor(rest / 32);
	}
	return text;
};

const encodeRandom = (): string => {
	let text = "";
	for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += ALPHABET.charAt(byte % 32);
	return text;
};

/** A new id of a kind that stands by itself. */
export const newId = (kind: PlainKind, atMs: number = Date.now()): string => `${kind}_${encodeTime(atMs)}${encodeRandom()}`;

/** A new id of something that lives in an object: an agent's, or an endpoint's. */
export const newRoutedId = (kind: RoutedKind, locator: string, atMs: number = Date.now()): string =>
	`${kind}_${encodeTime(atMs)}${encodeRandom()}${locator}`;

/** The id of the run that a call starts: of the same call and agent always the same one. */
export const childRunId = (callId: string, agentId: string): string => `run_${callId.slice(4, 30)}${locatorOf(agentId)}`;

/** The sixteen characters that lead to an object, from the id of its agent or endpoint or of something that lives there. */
export const locatorOf = (id: string): string => id.slice(-16);

export const isId = (kind: PlainKind | RoutedKind, text: string): boolean => {
	const [prefix, rest] = [text.slice(0, 4), text.slice(4)];
	if (prefix !== `${kind}_`) return false;
	return ROUTED_KINDS.some((routed) => routed === kind) ? ROUTED.test(rest) : PLAIN.test(rest);
};

/** zod for an id of one kind. */
export const idOf = (kind: PlainKind | RoutedKind) =>
	z
		.string()
		.max(64)
		.refine((text) => isId(kind, text), { error: `wanted an id like ${kind}_…` })
		.describe(`id of a ${kind}`);
