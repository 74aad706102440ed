import { describe, expect, test } from "vitest";
import type { Policy } from "../../../contract/agents.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { leakWarnings } from "../../../worker/leaks/leak-warnings.ts";
import { secretNames } from "../../../worker/leaks/secret-names.ts";
import { secretTexts } from "../../../worker/leaks/secret-texts.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";

const textsOf = (value: string): string[] => secretTexts(new TextEncoder().encode(value));
const web = (inject: object) => ({ verb: "http.fetch", allow: [{ host: "example.com" }], inject });

describe("names of secrets", () => {
	test("are found in every verb that has one, and in models and tool servers", () => {
		const { grants } = bindPolicy({
			grants: {
				bearer: web({ header: "authorization", format: "Bearer {secret}", secret: "a" }),
				basic: web({ basic: { username: "u", passwordSecret: "b" } }),
				aws: web({
					aws: { region: "eu", service: "s3", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretKeySecret: "c", sessionTokenSecret: "d" },
				}),
				sign: { verb: "crypto.sign", secret: "e", algorithm: "ed25519" },
				seal: { verb: "crypto.seal", secret: "f" },
			},
		});
		const resources = new Map<string, unknown>([
			["model/fast", { routes: [{ provider: "openai", secret: "g" }, { provider: "openai-compatible" }] }],
			["tool/crm", { secret: { name: "h", header: "authorization", format: "Bearer {secret}" } }],
			["tool/open", { secret: null }],
		]);
		expect(secretNames([...[...grants.values()].map(({ grant }) => grant), ...resources.values()])).toEqual([
			"a",
			"b",
			"c",
			"d",
			"e",
			"f",
			"g",
			"h",
		]);
	});
});

describe("texts of a secret", () => {
	test("are its own, trimmed, and nothing of what is too short", () => {
		expect(textsOf(" sk-12345678\n")).toEqual(["sk-12345678"]);
		expect(textsOf("x".repeat(LIMITS.soughtSecretBytes - 1))).toEqual([]);
		expect(textsOf("éééé")).toEqual(["éééé"]);
	});

	test("of keys are the parts that are secret", () => {
		const key = { kty: "OKP", crv: "Ed25519", d: "private-part-of-it", x: "public-part-of-it" };
		expect(textsOf(JSON.stringify(key))).toEqual(["private-part-of-it"]);
		const account = {
			type: "service_account",
			client_email: "a@b.example",
			private_key: "-----BEGIN PRIVATE KEY-----\nMIIE",
			token_uri: "https://a",
		};
		expect(textsOf(JSON.stringify(account))).toEqual([account.private_key]);
		expect(textsOf("hex:00112233445566778899aabbccddeeff")).toEqual([
			"hex:00112233445566778899aabbccddeeff",
			"00112233445566778899aabbccddeeff",
			"ABEiM0RVZneImaq7zN3u/w==",
		]);
	});
});

describe("the warnings", () => {
	const warningsOf = (grants: Policy["grants"], hasCanary: boolean): string[] =>
		leakWarnings({ grants: [...bindPolicy({ grants }).grants.values()], hasCanary }, NO_RESOURCES).map(({ message }) => message);
	const files = { verb: "files", mounts: { "/workspace/input": "read" } };
	const inject = { header: "authorization", format: "Bearer {secret}", secret: "a" };

	test("say what is not looked for, and nothing of a policy that lets nothing out", () => {
		expect(warningsOf({ files, sign: { verb: "crypto.sign", secret: "e", algorithm: "ed25519" } }, false)).toEqual([]);
		expect(warningsOf({ files, web: web(inject) }, false)).toEqual([expect.stringContaining("canary")]);
		expect(warningsOf({ files, web: web(inject) }, true)).toEqual([]);
		const many = Object.fromEntries(
			Array.from({ length: LIMITS.soughtSecrets + 1 }, (_each, at) => [`web${at}`, web({ ...inject, secret: `s${at}` })]),
		);
		expect(warningsOf(many, true)).toEqual([expect.stringContaining(`names ${LIMITS.soughtSecrets + 1} secrets`)]);
	});
});
