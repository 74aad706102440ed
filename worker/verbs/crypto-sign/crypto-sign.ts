import { joinLabels } from "../common-grant.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { CallContext, Preparation, Verb, VerbOutcome } from "../verb.ts";
import { cryptoSignDeclaration } from "./crypto-sign-declaration.ts";
import { CryptoSignGrant } from "./crypto-sign-grant.ts";
import { type KeyUse, methodsOf } from "./sign-methods.ts";
import { openSigningKey } from "./signing-key.ts";

/** Signs and verifies with a key that stays on the host. */
export const cryptoSign: Verb = {
	name: "crypto.sign",
	grantSchema: CryptoSignGrant,
	summary: "Signs and verifies with a key that stays on the host: HMAC-SHA256 or Ed25519.",
	bind: (data) => {
		const grant = CryptoSignGrant.parse(data);
		const scope = { algorithm: grant.algorithm, encoding: grant.encoding ?? "base64url" } as const;
		const table = methodsOf(grant.algorithm);
		const methods = [...table.keys()];
		return {
			methods,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => {
				const prepared = table.get(method)?.(scope, args);
				if (prepared === undefined) return unknownMethod("crypto.sign", method, methods);
				return prepared.kind === "invalid" ? prepared : prepareUse(grant, method, prepared.use);
			},
			declaration: () => cryptoSignDeclaration(grant, scope.encoding),
			lint: () => (grant.approval === "always" ? [] : ["crypto.sign: signs whatever the program gives it without asking a person"]),
		};
	},
};

/** Signing changes nothing outside, and both algorithms give the same signature for the same payload, so that a repeat is harmless. */
const prepareUse = (grant: CryptoSignGrant, method: string, use: KeyUse): Preparation => ({
	kind: "prepared",
	call: {
		effect: "read",
		idempotent: true,
		decision: { kind: "allowed", rule: `${method} with ${grant.algorithm}` },
		worstCost: {},
		act: { where: "host", perform: (context) => performUse(grant, method, use, context) },
	},
});

const performUse = async (grant: CryptoSignGrant, method: string, use: KeyUse, context: CallContext): Promise<VerbOutcome> => {
	const secret = await context.openSecret(grant.secret);
	const key = secret === null ? null : await openSigningKey(secret, grant.algorithm);
	if (key === null) {
		return {
			kind: "failed",
			code: "secret_unavailable",
			message: `${method}: the secret that the grant names is not there or does not fit ${grant.algorithm}`,
			cost: {},
		};
	}
	return { kind: "done", value: await use(key), cost: {} };
};
