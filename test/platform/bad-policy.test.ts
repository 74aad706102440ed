import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../contract/limits.ts";
import { sharePlatform } from "./share-platform.ts";
import { errorOf, makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
	await makeAgent(platform.api, { name: "taken", policy: { limits: { wallMs: 3_000 } } });
});
afterAll(() => platform.stop());

const post = (body: unknown, path = "/v1/runs", headers?: Record<string, string>) => platform.api.request("POST", path, body, headers);

/** A refusal of the status and code, whose message says what was found and what was wanted; carries no stack and no path of the host. */
const expectRefused = (answer: Awaited<ReturnType<typeof post>>, status: number, code: string, ...says: RegExp[]): void => {
	const error = errorOf(answer);
	expect([answer.status, error.code], error.message).toEqual([status, code]);
	expect(error.message).toMatch(/^[^:]+: /);
	for (const words of says) expect(error.message).toMatch(words);
	expect(answer.headers.get("x-request-id")).toBe(error.requestId);
	expect(JSON.stringify(answer.body)).not.toMatch(/ZodError|node_modules|\bat \S+ \(|\/work\/|sqlite/i);
};

describe("an agent", () => {
	const policy = (grants: object, rest: object = {}) => ({ name: "never", policy: { grants, ...rest } });
	const files = (mounts: object) => policy({ files: { verb: "files", mounts } });
	const web = (rule: object) => policy({ web: { verb: "http.fetch", allow: [rule] } });

	test("of a name that is taken is a conflict", async () => {
		expectRefused(await post({ name: "taken" }, "/v1/agents"), 409, "conflict", /named "taken", wanted a name that is free/);
		const answers = await Promise.all(Array.from({ length: 8 }, () => post({ name: "raced" }, "/v1/agents")));
		expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, ...Array(7).fill(409)]);
	});

	test.each([
		["an unknown verb", policy({ x: { verb: "shell.exec" } }), /grants\.x\.verb: found "shell\.exec", wanted one of .*http\.fetch/],
		["a verb of Object.prototype", policy({ x: { verb: "constructor" } }), /grants\.x\.verb: found "constructor", wanted one of/],
		["a host *", web({ host: "*" }), /\*.*wanted names such as/],
		["a host *.com", web({ host: "*.com" }), /wanted|single label/],
		["a private host", web({ host: "10.0.0.1" }), /10\.0\.0\.1.*not on the public internet/],
		["a URL as host", web({ host: "https://example.com/" }), /wanted a host alone/],
		["a host with a star inside", web({ host: "a*.example.com" }), /wanted it only in front/],
		["a method in lower case", web({ host: "example.com", methods: ["get"] }), /methods.*GET/],
		["a path without a slash", web({ host: "example.com", paths: ["repos/*"] }), /paths.*wanted/],
		["an unknown field in a grant", web({ host: "example.com", method: "GET" }), /method/],
		["a mount with ..", files({ "/workspace/../etc": "read" }), /segment "\.\."/],
		["a mount elsewhere", files({ "/etc": "read" }), /wanted \/workspace/],
		["a mount with a wrong mode", files({ "/workspace": "rw" }), /read.*write/],
		["no mounts", files({}), /wanted 1 to/],
		[
			"a grant whose name cannot be written",
			policy({ "a-b": { verb: "files", mounts: { "/workspace": "read" } } }),
			/wanted.*a name that a program can write/,
		],
		[
			"limits above the platform's",
			{ name: "never", policy: { limits: { wallMs: 900_001 } } },
			/policy\.limits\.wallMs: found 900001, wanted a number of at most 900000/,
		],
		["a name with slashes", { name: "a/b" }, /name: found "a\/b", wanted letters/],
		[
			"a negative budget",
			{ name: "never", budget: { limits: { day: { usdMicros: -1 } } } },
			/budget\.limits\.day\.usdMicros: found -1, wanted/,
		],
		["an unknown window", { name: "never", budget: { limits: { week: { runs: 1 } } } }, /budget\.limits\.week: found an unknown field/],
	])("with %s is refused in words", async (_, body, says) => {
		expectRefused(await post(body, "/v1/agents"), 400, "invalid_request", says);
	});
});

test("a policy's faults are told all at once, with the fields that there are", async () => {
	const grants = { web: { verb: "http.fetch", alow: [] }, files: { verb: "files", mount: {} } };
	const answer = await post({ name: "never", policy: { grants } }, "/v1/agents");
	expectRefused(answer, 400, "invalid_request", /grants\.web\.alow: found the field alow, wanted allow, .*grants\.files\.mount: /);
	expect(errorOf(answer)).toMatchObject({
		hint: "See components.schemas of /openapi.json and docs/verbs.md.",
		issues: [
			{ path: "grants.web.alow", found: "the field alow" },
			{ path: "grants.web", wanted: "allow, templates or both" },
			{ path: "grants.files.mount", found: "the field mount" },
			{ path: "grants.files.mounts", found: "nothing" },
		],
	});
});

describe("a secret", () => {
	test.each(["a/b", "a%2Fb", "..%2Fx", "%00", "-a", "a b", "x".repeat(65)])(
		"of the name %s is refused, its value not repeated",
		async (name) => {
			const answer = await platform.api.request("PUT", `/v1/secrets/${name.replaceAll(" ", "%20")}`, { value: "hunter2-hunter2" });
			expectRefused(answer, 400, "invalid_request", /name: found .*wanted|name.*at most 64/);
			expect(JSON.stringify(answer.body)).not.toContain("hunter2");
		},
	);

	test("that is empty, too long or no text is refused without its value", async () => {
		for (const value of ["", "s".repeat(LIMITS.secretBytes + 1), 987654321, ["hunter2"]]) {
			const answer = await platform.api.request("PUT", "/v1/secrets/fine", { value });
			expectRefused(answer, 400, "invalid_request", /value: found .*wanted/);
			expect(JSON.stringify(answer.body)).not.toMatch(/sssss|hunter2|987654321/);
		}
	});
});
