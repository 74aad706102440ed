import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { joinLabels } from "../common-grant.ts";
import { done, keyCall } from "../crypto-sign/key-call.ts";
import { TextOrBytes } from "../crypto-sign/payload-argument.ts";
import { fieldsOf } from "../fields-of.ts";
import { parseArguments } from "../parse-arguments.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Preparation, Verb, VerbOutcome } from "../verb.ts";
import { CryptoSealGrant, SEAL_METHODS } from "./crypto-seal-grant.ts";
import { type OpenedText, openSealedText, openSealKey, type SealKey, sealText } from "./sealed-text.ts";
import { beyondCryptoSeal } from "./beyond-crypto-seal.ts";

/** Encrypts and decrypts under a key that stays on the host. */
export const cryptoSeal: Verb = {
	name: "crypto.seal",
	grantSchema: CryptoSealGrant,
	summary: "Encrypts and decrypts text and bytes under a key that stays on the host: AES-256-GCM.",
	beyond: beyondCryptoSeal,
	bind: (data) => {
		const grant = CryptoSealGrant.parse(data);
		const methods = SEAL_METHODS.filter((method) => grant.methods?.includes(method) ?? true);
		return {
			methods,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => {
				const known = methods.find((name) => name === method);
				return known === undefined ? unknownMethod("crypto.seal", method, methods) : PREPARE[known](grant.secret, args);
			},
			declaration: () => `{\n${methods.map((method) => TEXTS[method]).join("\n")}\n}`,
			lint: () =>
				methods.includes("decrypt") && grant.labels?.includes("private") !== true
					? ["crypto.seal: decrypt gives what was put away, and the grant is not labelled private"]
					: [],
		};
	},
};

type Prepare = (secret: string, args: readonly unknown[]) => Preparation;

const CONTEXT_WANTED = `a context: text of at most ${LIMITS.sealContextBytes} bytes, without half surrogate pairs`;
const Context = z
	.string({ error: CONTEXT_WANTED })
	.refine(
		(text) =>
			text.length <= LIMITS.sealContextBytes && text.isWellFormed() && new TextEncoder().encode(text).length <= LIMITS.sealContextBytes,
		{ error: CONTEXT_WANTED },
	);
const Options = fieldsOf({ context: Context.optional() }, { error: "options: { context? }" }).optional();

/** Base64 of the largest payload, its nonce and its tag, and what stands before it. */
const SEALED_CHARS = Math.ceil(((LIMITS.payloadBytes + 28) * 4) / 3) + 64;
const SEALED_WANTED = `a text that encrypt gave, at most ${SEALED_CHARS} characters`;
const Sealed = z.string({ error: SEALED_WANTED }).max(SEALED_CHARS, { error: SEALED_WANTED });

const PREPARE: Readonly<Record<(typeof SEAL_METHODS)[number], Prepare>> = {
	encrypt: (secret, args) => {
		const parsed = parseArguments("encrypt", z.tuple([TextOrBytes, Options]), args);
		if (parsed.kind === "invalid") return parsed;
		const [plain, options] = parsed.values;
		return sealCall("encrypt", secret, async (key) => done(await sealText(key, plain, options?.context ?? null)));
	},
	decrypt: (secret, args) => {
		const parsed = parseArguments("decrypt", z.tuple([Sealed, Options]), args);
		if (parsed.kind === "invalid") return parsed;
		const [sealed, options] = parsed.values;
		return sealCall("decrypt", secret, async (key) => outcomeOf(await openSealedText(key, sealed, options?.context ?? null)));
	},
};

const sealCall = (method: string, secret: string, use: (key: SealKey) => Promise<VerbOutcome>): Preparation =>
	keyCall({
		...{ method, secret, rule: `${method} with AES-256-GCM`, purpose: "AES-256-GCM", makes: method === "encrypt", planned: "" },
		open: openSealKey,
		use,
	});

const FOUND = {
	form: "a text that is not sealed",
	other_key: "a text that was sealed under another key",
	changed: "a text that was changed, or sealed in another context",
} as const;

const outcomeOf = (opened: OpenedText): VerbOutcome => {
	if (opened.kind === "opened") return done(opened.plain);
	const message = `decrypt argument 1: found ${FOUND[opened.kind]}, wanted one that encrypt gave with this key and context`;
	return { kind: "failed", code: "invalid_arguments", message, cost: {} };
};

const TEXTS: Readonly<Record<(typeof SEAL_METHODS)[number], string>> = {
	encrypt: `	/** Encrypts text or bytes (at most ${LIMITS.payloadBytes}); decrypting needs the same context. The key stays on the host. */
	encrypt(plain: string | Uint8Array, options?: { context?: string }): Promise<string>;`,
	decrypt: `	/** What encrypt was given: text as text, bytes as bytes. Throws when the text was changed, or is of another key or context. */
	decrypt(sealed: string, options?: { context?: string }): Promise<string | Uint8Array>;`,
};
