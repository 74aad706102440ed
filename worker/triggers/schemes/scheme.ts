import type { HmacSettings } from "../../../contract/hmac-settings.ts";

/** A request as its sender sent it. Nothing of it is known to be true. */
export interface SignedRequest {
	readonly headers: Headers;
	/** The body as it came: what is signed is bytes, and text made of them is not always the same bytes again. */
	readonly bytes: Uint8Array;
	readonly nowMs: number;
}

/** A request that its sender has signed, with its body read. */
export interface Message {
	readonly headers: Headers;
	readonly bytes: Uint8Array;
	readonly body: unknown;
}

/** What of a trigger's settings a scheme looks at. */
export interface SchemeSettings {
	readonly toleranceSeconds: number;
	readonly hmac: HmacSettings | null;
}

/** `missing`: no signature, or one of its parts is not there. `late`: the signature is valid, and its time too long ago or ahead. */
export type Verification = { readonly kind: "verified" } | { readonly kind: "refused"; readonly why: "missing" | "invalid" | "late" };

/** A header that a signed request has. */
export interface SignedHeader {
	/** In lower case. */
	readonly name: string;
	/** What its value begins with. */
	readonly prefix?: string | undefined;
	/** In which unit it says when the message was signed; left out: it says no time. */
	readonly unit?: "seconds" | "milliseconds";
}

/** By what a repeat of a message is known. */
export interface Identity {
	/** The message's id as its sender says, or a digest of what was signed. */
	readonly deliveryId: string;
	/** Any of them known: a repeat. */
	readonly keys: readonly string[];
}

/**
 * How one kind of sender signs its webhooks. Libraries of senders take a body as text, with fixed windows and any number of signatures, so that the one
 * comparison is here (`signed-with`) and tests hold it to what those libraries sign.
 */
export interface Scheme {
	/** The key in a secret's bytes; null: the secret is of another form. Never empty. */
	keyOf(secret: Uint8Array): Uint8Array | null;
	/** Whether one of the keys has signed these bytes at a time that is within the window. Looks at the body's bytes alone, never into them. */
	verify(request: SignedRequest, keys: readonly Uint8Array[], settings: SchemeSettings): Verification;
	identify(message: Message, settings: SchemeSettings): Identity;
	/** The event's name, "" where there is none. */
	eventOf(message: Message): string;
	/** What a sender is answered that only asks whether somebody is there; null: it asks for more. */
	handshake(message: Message): Readonly<Record<string, string>> | null;
	/** Fields of the body that prove who sends it: no program, filter or mapping sees them. */
	readonly hiddenFields: readonly string[];
	/** The headers without which no request is signed. */
	signedHeaders(settings: SchemeSettings): readonly SignedHeader[];
	/** Headers that hold signatures, in lower case. */
	signatureHeaders(settings: SchemeSettings): readonly string[];
}

/** The key where the secret is one as it is. */
export const wholeSecret = (secret: Uint8Array): Uint8Array | null => (secret.byteLength === 0 ? null : secret);

export const VERIFIED: Verification = { kind: "verified" };
/** Why a request is not its sender's. */
export const refused = (why: "missing" | "invalid" | "late"): Verification => ({ kind: "refused", why });
