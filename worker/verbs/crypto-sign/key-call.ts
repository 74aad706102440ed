import type { CallContext, Preparation, VerbOutcome } from "../verb.ts";

/** A call that opens one secret as a key, uses it on the host, and forgets it. */
export interface KeyCall<Key> {
	readonly method: string;
	/** What allowed it, for the ledger. */
	readonly rule: string;
	/** Name of the secret. */
	readonly secret: string;
	/** What the key is for, for the message when it does not fit. */
	readonly purpose: string;
	/** Whether it gives something that is worth something elsewhere: a signature, a token, a sealed text. A dry run does not make it. */
	readonly makes: boolean;
	/** What a dry run answers in its stead. */
	readonly planned: unknown;
	/** Null when the secret does not fit. */
	open(secret: Uint8Array): Promise<Key | null>;
	use(key: Key, context: CallContext): Promise<VerbOutcome>;
}

/**
 * Prepares it. What is made for others counts as a write: it has its effect wherever it is shown. Nothing outside changes by making it, so that a repeat is
 * harmless even where it gives another signature, token or ciphertext.
 */
export const keyCall = <Key>(call: KeyCall<Key>): Preparation => ({
	kind: "prepared",
	call: {
		effect: call.makes ? "write" : "read",
		local: false,
		idempotent: true,
		planned: call.planned,
		decision: { kind: "allowed", rule: call.rule },
		worstCost: {},
		act: { where: "host", perform: (context) => performCall(call, context) },
	},
});

/** The value of a call that went well and cost nothing. */
export const done = (value: unknown): VerbOutcome => ({ kind: "done", value, cost: {} });

const performCall = async <Key>(call: KeyCall<Key>, context: CallContext): Promise<VerbOutcome> => {
	const secret = await context.openSecret(call.secret);
	const key = secret === null ? null : await openQuietly(call, secret);
	if (key !== null) return await call.use(key, context);
	return {
		kind: "failed",
		code: "secret_unavailable",
		message: `${call.method}: the secret that the grant names is not there or does not fit ${call.purpose}`,
		cost: {},
	};
};

/** What is wrong with a secret is never told: messages of parsers may quote it. */
const openQuietly = async <Key>(call: KeyCall<Key>, secret: Uint8Array): Promise<Key | null> => {
	try {
		return await call.open(secret);
	} catch {
		return null;
	}
};
