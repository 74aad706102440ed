/*
 * G25 Has tokens checked that name no algorithm, another one, another key, another audience, and have claims that are the host's
 * wall: verbs
 * ends: held
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `export default async (input, env) => {
	const got = [];
	const encode = (value) => btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
	const token = await env.jwt.sign({ role: "user" });
	const [header, claims, signature] = token.split(".");
	const own = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
	const admin = encode({ ...own, role: "admin" });
	const rsa = await env.rsa.publicKey();
	const byPublicKey = async () => {
		const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(rsa.pem), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
		const head = encode({ alg: "HS256", typ: "JWT" });
		const made = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(head + "." + admin));
		return head + "." + admin + "." + new Uint8Array(made).toBase64({ alphabet: "base64url", omitPadding: true });
	};
	const forged = [
		encode({ alg: "none", typ: "JWT" }) + "." + admin + ".", encode({ alg: "None" }) + "." + admin + "." + signature, encode({ alg: "HS256", b64: false, crit: ["b64"] }) + "." + admin + "." + signature,
		header + "." + admin + "." + signature, header + "." + claims + ".", header + "." + claims + "." + signature.slice(0, -1), encode({ alg: "HS512" }) + "." + claims + "." + signature,
		encode({ alg: "HS256", kid: "../../../dev/null" }) + "." + admin + "." + signature, encode({ alg: "HS256", jwk: { kty: "oct", k: "" } }) + "." + admin + "." + signature, encode({ alg: "HS256", jku: "http://" + input.forbidden }) + "." + admin + "." + signature,
		token + "." + signature, token + "\\n", "", "..", "a.b.c", "{}", await byPublicKey(), header + "." + encode({ ...own, exp: 1e300 }) + "." + signature,
	];
	const check = async (grant, each) => {
		const { valid } = await env[grant].verify(each).catch((error) => ({ valid: error.code }));
		if (valid !== false && valid !== "invalid_arguments") got.push(grant + " " + valid + " " + each.slice(0, 60));
	};
	await Promise.all(forged.flatMap((each) => [check("jwt", each), check("rsa", each)]));
	for (const own of [{ iss: "x" }, { exp: 1e12 }, { aud: "x" }, { jti: "x" }, { role: "admin" }, { role: "user", more: 1 }, JSON.parse('{"role":"user","__proto__":{"role":"admin"}}')]) {
		const code = await env.jwt.sign(own).then(() => "signed", (error) => error.code);
		if (code !== "invalid_arguments") got.push(code + " " + JSON.stringify(own));
	}
	if (!(await env.jwt.verify(token)).valid) got.push("the honest one is refused");
	return got;
};`;
const CLAIMS = {
	type: "object",
	properties: { role: { type: "string", enum: ["user"] } },
	required: ["role"],
	additionalProperties: false,
};

export const attack = async ({ api, input }: Scene): Promise<void> => {
	await api.request("PUT", "/v1/secrets/jwt_key", { value: `hex:${randomBytes(64).toString("hex")}` });
	const pair = await crypto.subtle.generateKey(
		{ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
		true,
		["sign", "verify"],
	);
	const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).toString("base64");
	await api.request("PUT", "/v1/secrets/rsa_key", { value: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` });
	const common = { verb: "crypto.jwt", issuer: "house", audience: "door", maxLifetimeSeconds: 60, claims: CLAIMS };
	const grants = { jwt: { ...common, secret: "jwt_key", algorithm: "HS256" }, rsa: { ...common, secret: "rsa_key", algorithm: "RS256" } };
	await makeAgent(api, { name: "token-forger", policy: { grants, limits: { wallMs: 25_000, cpuMs: 4_000 } } });
	const run = await api.run({ agent: "token-forger", program: PROGRAM, language: "javascript", input: { forbidden: input.forbidden } });
	assert.deepEqual([run.status, run.result, run.error?.message], ["succeeded", [], undefined]);
};
