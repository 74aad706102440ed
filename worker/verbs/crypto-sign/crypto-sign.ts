import { joinLabels } from "../common-grant.ts";
import { grantedSchema } from "../json-schema/granted-schema.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Verb } from "../verb.ts";
import { cryptoSignDeclaration } from "./crypto-sign-declaration.ts";
import { CryptoSignGrant } from "./crypto-sign-grant.ts";
import { done, keyCall } from "./key-call.ts";
import { isOpenSchema } from "./open-schema.ts";
import { methodsOf } from "./sign-methods.ts";
import { openSigningKey } from "./signing-key.ts";

/** Signs and verifies with a key that stays on the host. */
export const cryptoSign: Verb = {
	name: "crypto.sign",
	grantSchema: CryptoSignGrant,
	summary: "Signs and verifies with a key that stays on the host: HMAC, Ed25519, ECDSA P-256 or RSA-PSS.",
	bind: (data) => {
		const grant = CryptoSignGrant.parse(data);
		const { algorithm, secret } = grant;
		const schema = grant.payload === undefined ? null : grantedSchema(grant.payload.schema);
		const scope = { algorithm, encoding: grant.encoding ?? "base64url", schema } as const;
		const table = methodsOf(algorithm);
		const methods = [...table.keys()];
		const open = (bytes: Uint8Array) => openSigningKey(bytes, { algorithm, format: grant.signatureFormat ?? "raw" });
		return {
			methods,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => {
				const prepared = table.get(method)?.(scope, args);
				if (prepared === undefined) return unknownMethod("crypto.sign", method, methods);
				if (prepared.kind === "invalid") return prepared;
				const use = async (key: Parameters<typeof prepared.use>[0]) => done(await prepared.use(key));
				const what = { method, rule: `${method} with ${algorithm}`, secret, purpose: algorithm, makes: method === "sign" };
				return keyCall({ ...what, open, use, planned: prepared.planned });
			},
			declaration: () => cryptoSignDeclaration(grant, scope.encoding),
			lint: () => lintSign(grant),
		};
	},
};

const lintSign = (grant: CryptoSignGrant): string[] => {
	const warnings: string[] = [];
	if (grant.payload === undefined && (grant.approval ?? "never") === "never")
		warnings.push("crypto.sign: signs whatever the program gives it without asking a person; payload.schema says what may be signed");
	if (grant.payload !== undefined && isOpenSchema(grant.payload.schema))
		warnings.push("crypto.sign: payload.schema lets fields through that it does not name; additionalProperties: false closes it");
	if (grant.signatureFormat !== undefined && grant.algorithm !== "ecdsa-p256")
		warnings.push(`crypto.sign: signatureFormat changes nothing for ${grant.algorithm}`);
	return warnings;
};
