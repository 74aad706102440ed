import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signAws } from "../../../worker/verbs/http-fetch/inject-aws.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import type { WireRequest } from "../../../worker/verbs/http-fetch/wire-request.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, performOnHost } from "./perform.ts";
import { startUpstream } from "./upstream.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const wire = (url: string, parts: Partial<WireRequest> = {}): WireRequest => ({
	method: "GET",
	url: new URL(url),
	headers: [],
	body: null,
	...parts,
});
const authorizationOf = ({ headers }: WireRequest): string => new Map(headers).get("authorization") ?? "";

describe("AWS Signature Version 4", () => {
	// The test suite that AWS publishes for the signature, "get-vanilla", "get-vanilla-query-order-key-case" and "post-vanilla".
	const SUITE = { service: "service", region: "us-east-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: null };
	test.each([
		["GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
		[
			"GET",
			"https://example.amazonaws.com/?Param2=value2&Param1=value1",
			"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		],
		["POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
	] as const)("of %s %s is the one of AWS's suite", async (method, url, signature) => {
		const signed = await signAws(SUITE, wire(url, { method }), new Date("2015-08-30T12:36:00Z"));
		expect(authorizationOf(signed)).toBe(
			`AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
		);
	});

	// "Authenticating Requests (AWS Signature Version 4)", the examples of Amazon S3's documentation.
	test.each([
		["https://examplebucket.s3.amazonaws.com/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"],
		["https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"],
	])("of GET %s is the one of S3's documentation, the empty body hashed", async (url, signature) => {
		const keys = {
			service: "s3",
			region: "us-east-1",
			accessKeyId: "AKIAIOSFODNN7EXAMPLE",
			secretAccessKey: SECRET.replace("+", "/"),
			sessionToken: null,
		};
		const signed = await signAws(keys, wire(url), new Date("2013-05-24T00:00:00Z"));
		expect(authorizationOf(signed)).toContain(`SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`);
	});

	const INJECT = {
		aws: {
			service: "s3",
			region: "eu-central-1",
			accessKeyId: "AKIAIOSFODNN7EXAMPLE",
			secretKeySecret: "secret",
			sessionTokenSecret: "session",
		},
	};
	const SESSION = "session-token-0123456789";

	test("is made for every hop, over its body, and its secrets do not come back", async () => {
		await using upstream = await startUpstream((request, response) => {
			if (request.path === "/a") response.writeHead(307, { location: "/b" }).end();
			else response.writeHead(200, { "content-type": "text/plain" }).end(JSON.stringify(request.headers) + SECRET);
		});
		const context = callContext({ secrets: { secret: SECRET, session: SESSION }, developmentHosts: [`127.0.0.1:${upstream.port}`] });
		const outcome = await performOnHost(
			loopbackGrant([upstream.port], { inject: INJECT }),
			"fetch",
			[{ url: `${upstream.origin}/a`, method: "PUT", body: "hello" }],
			context,
		);
		expect(responseOf(outcome).status).toBe(200);
		const digest = createHash("sha256").update("hello").digest("hex");
		for (const { headers } of upstream.seen) {
			expect(headers).toMatchObject({ "x-amz-content-sha256": digest, "x-amz-security-token": SESSION });
			expect(headers.authorization).toMatch(
				/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
			);
		}
		expect(upstream.seen[0]?.headers.authorization).not.toBe(upstream.seen[1]?.headers.authorization);
		for (const secret of [SECRET, SESSION]) expect(JSON.stringify(outcome)).not.toContain(secret);
	});

	test.each(["authorization", "X-Amz-Date", "x-amz-content-sha256", "x-amz-security-token"])("reserves %s", async (name) => {
		const grant = httpFetch.bind({ verb: "http.fetch", allow: [{ host: "a.example.com" }], inject: INJECT });
		expect(codeOf(await performOnHost(grant, "fetch", [{ url: "https://a.example.com/", headers: [[name, "x"]] }], callContext()))).toBe(
			"egress_denied",
		);
	});

	test("covers the program's own headers of AWS", async () => {
		const signed = await signAws(
			{ ...SUITE, service: "dynamodb" },
			wire("https://dynamodb.us-east-1.amazonaws.com/", {
				method: "POST",
				headers: [
					["x-amz-target", "DynamoDB_20120810.ListTables"],
					["accept", "*/*"],
				],
			}),
			new Date(),
		);
		expect(authorizationOf(signed)).toContain("SignedHeaders=host;x-amz-date;x-amz-target,");
		expect(signed.headers.filter(([name]) => name === "x-amz-target")).toHaveLength(1);
	});
});
