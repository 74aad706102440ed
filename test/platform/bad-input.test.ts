import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../contract/limits.ts";
import { Run } from "../../contract/runs.ts";
import { NewKey } from "../../contract/tenants.ts";
import { sharePlatform } from "./share-platform.ts";
import { errorOf, makeAgent, type Platform, sendRaw } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
	await makeAgent(platform.api, { name: "taken", policy: { limits: { wallMs: 3_000 } } });
});
afterAll(() => platform.stop());

const ONE = "export default async () => 1";
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

describe("a body", () => {
	test.each(["", "{", "nul", "{} {}", '{"program":1,}', "\uFEFF{}", "<xml/>"])("that is not JSON is refused: %j", async (raw) => {
		expectRefused(await sendRaw(platform, "/v1/runs", raw), 400, "invalid_request", /found|is not JSON|empty/, /wanted/);
	});

	test("of two MiB and one byte is refused", async () => {
		const start = `{"program":${JSON.stringify(ONE)},"input":"`;
		const over = `${start}${"x".repeat(LIMITS.bodyBytes + 1 - start.length - 2)}"}`;
		expect(over.length).toBe(LIMITS.bodyBytes + 1);
		expectRefused(await sendRaw(platform, "/v1/runs", over), 413, "payload_too_large", /2097152|2 MiB/);
		const fits = await sendRaw(platform, "/v1/runs", `${over.slice(0, -3)}"}`);
		expect([fits.status, Run.parse(fits.body).status]).toEqual([201, "succeeded"]);
	});

	test("nested too deeply, or not sent as JSON, is refused", async () => {
		expectRefused(
			await sendRaw(platform, "/v1/runs", `{"program":"x","input":${"[".repeat(101)}${"]".repeat(101)}}`),
			400,
			"invalid_request",
			/100/,
		);
		expectRefused(
			await sendRaw(platform, "/v1/runs", "{}", { "content-type": "text/plain" }),
			415,
			"unsupported_media_type",
			/found.*wanted/,
		);
		expectRefused(
			await sendRaw(platform, "/v1/runs", "{}", { "content-encoding": "gzip" }),
			415,
			"unsupported_media_type",
			/found.*wanted/,
		);
	});

	test("with unknown fields is refused, each of them named", async () => {
		const answer = await post({ program: ONE, programm: 1, limits: { wallMs: 1, walMs: 2 } });
		expectRefused(answer, 400, "invalid_request", /unknown field/);
		const { issues } = errorOf(answer);
		expect(JSON.stringify(issues)).toMatch(/"programm"/);
		expect(JSON.stringify(issues)).toMatch(/"limits\.walMs"/);
	});

	test("with __proto__ is refused", async () => {
		expectRefused(
			await sendRaw(platform, "/v1/runs", `{"program":${JSON.stringify(ONE)},"input":{"__proto__":{}}}`),
			400,
			"invalid_request",
			/__proto__/,
		);
	});
});

describe("a run's request", () => {
	test("for an unknown agent names it", async () => {
		expectRefused(await post({ agent: "nobody", program: ONE }), 404, "not_found", /found "nobody", wanted the id or name/);
		expectRefused(await post({ agent: "agt_00000000000000000000000000", program: ONE }), 404, "not_found", /wanted/);
	});

	test("without a program says that the agent has none", async () => {
		expectRefused(await post({ agent: "taken" }), 400, "invalid_request", /program: found none/, /taken has no stored program/);
		expectRefused(await post({ agent: "taken", program: "" }), 400, "invalid_request", /program: found.*wanted/);
	});

	test.each([
		["wallMs", { wallMs: 3_001 }, /limits\.wallMs: found 3001, wanted at most 3000, the agent's limit/],
		["a negative one", { wallMs: -1 }, /limits\.wallMs: found -1, wanted/],
		["zero", { cpuMs: 0 }, /limits\.cpuMs: found 0, wanted/],
		["a fractional one", { cpuMs: 1.5 }, /limits\.cpuMs: found 1\.5, wanted a whole number/],
		["text", { calls: "5" }, /limits\.calls: found "5", wanted a whole number|wanted a number/],
		["beyond exact", { calls: 2 ** 60 }, /limits\.calls: found \d+, wanted/],
		["null", { memoryMb: null }, /limits\.memoryMb: found null, wanted a whole number|wanted a number/],
	])("with a limit that is wrong is refused: %s", async (_, limits, says) => {
		expectRefused(await post({ agent: "taken", program: ONE, limits }), 400, "invalid_request", says);
	});

	test.each([
		["wait", { wait: 26 }, /wait: found 26, wanted a number of at most 25/],
		["wait", { wait: -1 }, /wait: found -1/],
		["language", { language: "python" }, /language: found "python", wanted one of javascript, typescript/],
		["labels", { labels: ["secret"] }, /labels\[0\]: found "secret", wanted one of private, untrusted/],
		["grants", { grants: "files" }, /grants: found "files", wanted an array/],
		["files", { files: { "/workspace/a": { base64: "%%%" } } }, /files\.\/workspace\/a/],
		["files", { files: { "/workspace/../a": { text: "" } } }, /files.*segment "\.\."/],
		["metadata", { metadata: { a: "x".repeat(20_000) } }, /metadata.*16384 bytes/],
		["isolation", { isolation: "warm" }, /isolation: found "warm", wanted fresh/],
		["agent", { agent: "" }, /agent: found ""/],
	])("with a wrong %s says what was found and wanted: %j", async (_, rest, says) => {
		expectRefused(await post({ program: ONE, ...rest }), 400, "invalid_request", says, /wanted|lies|holds|has the/);
	});
});

describe("a program", () => {
	test.each<[string, unknown, RegExp, number, number]>([
		["with a syntax error", "export default async () => {\n\tconst a = ;\n};", /Unexpected token/, 2, 12],
		[
			"with a syntax error in TypeScript",
			"interface A { x: number }\nexport default async (a: A) => {\n\treturn a.x +;\n};",
			/Unexpected token/,
			3,
			14,
		],
		["that is not closed", "export default async () => {\n", /Unexpected token|expected/, 2, 1],
		["that imports a package", 'import _ from "lodash";\nexport default () => _;', /imports "lodash"; there is no such module/, 1, 15],
		[
			"that imports a built-in",
			'\nimport fs from "node:fs";\nexport default () => fs;',
			/imports "node:fs"; there is no such module/,
			2,
			16,
		],
		["that imports a module it does not have", 'import a from "./b.ts";\nexport default () => a;', /no module "b\.ts"/, 1, 15],
		[
			"that awaits at the top level",
			'const a = 1;\nconst r = await fetch("https://example.com");\nexport default () => r;',
			/await at the top level/,
			2,
			11,
		],
		["that exports an object", "export default { run() {} };", /default export is an object/, 1, 16],
		["that exports text", 'const a = 1;\nexport default "x";', /default export is a literal/, 2, 16],
		["that exports a class", "export default class A {}", /a class/, 1, 16],
	])("%s is refused at its line and column", async (_, program, says, line, column) => {
		const answer = await post({ program });
		expectRefused(answer, 422, "invalid_program", says, /wanted|own modules/);
		const { line: foundLine, column: foundColumn } = errorOf(answer);
		expect([foundLine, foundColumn]).toEqual([line, column]);
	});

	test("without a default export is refused, and says what one is", async () => {
		for (const program of ["export const a = 1;", "1", "export async function run() {}", "module.exports = () => 1;"]) {
			expectRefused(await post({ program }), 422, "invalid_program", /no default export/, /wanted `export default async/);
		}
	});

	test("whose default export only turns out to be no function when it runs fails as invalid", async () => {
		const run = await platform.api.run({ program: "const make = () => 5; export default make();" });
		expect([run.status, run.error?.code]).toEqual(["failed", "invalid_program"]);
		expect(run.error?.message).toMatch(/default export.*is number; wanted a function/);
	});

	test("that throws while it is loaded fails at its line", async () => {
		const run = await platform.api.run({ program: 'const a: number = 1;\nthrow new Error("early " + a);\nexport default () => 1;' });
		expect([run.status, run.error?.line]).toEqual(["failed", 2]);
		expect(run.error?.message).toContain("early 1");
	});

	test("with a main module that is not there names it", async () => {
		expectRefused(
			await post({ program: { main: "a.ts", modules: { "b.ts": ONE } } }),
			422,
			"invalid_program",
			/"a\.ts"; wanted one of "b\.ts"/,
		);
	});
});

describe("headers and queries", () => {
	test("an idempotency key that is too long is refused, of a megabyte too", async () => {
		expectRefused(
			await post({ program: ONE }, "/v1/runs", { "idempotency-key": "k".repeat(256) }),
			400,
			"invalid_request",
			/found 256 characters, wanted 1 to 255/,
		);
		expect((await post({ program: ONE }, "/v1/runs", { "idempotency-key": "k".repeat(255) })).status).toBe(201);
		const huge = await post({ program: ONE }, "/v1/runs", { "idempotency-key": "k".repeat(1_000_000) }).catch(() => null);
		expect(huge === null || [400, 413, 431].includes(huge.status), String(huge?.status)).toBe(true);
		expect((await platform.api.request("GET", "/healthz")).status).toBe(200);
	});

	test("two requests at once with one key give one run, or a conflict", async () => {
		const same = await Promise.all([1, 2].map(() => post({ program: ONE }, "/v1/runs", { "idempotency-key": "both" })));
		expect(new Set(same.map((answer) => Run.parse(answer.body).id)).size).toBe(1);
		const bodies = [{ program: ONE }, { program: "export default async () => 2" }];
		const other = await Promise.all(bodies.map((body) => post(body, "/v1/runs", { "idempotency-key": "differ" })));
		expect(other.map((answer) => answer.status).toSorted()).toEqual([201, 409]);
	});

	test.each(["garbage", "%00", "MTIz", "x".repeat(513), "../../", "eyJhIjoxfQ==", "null", "%F0%9F%98%80"])(
		"a cursor %s is refused",
		async (cursor) => {
			for (const path of ["/v1/runs", "/v1/agents", "/v1/keys", "/v1/secrets"]) {
				const answer = await platform.api.request("GET", `${path}?cursor=${cursor}`);
				expectRefused(answer, 400, "invalid_request", /cursor: found .*wanted/);
			}
			const { id } = await platform.api.run({ program: ONE });
			for (const list of ["calls", "logs"]) {
				expectRefused(
					await platform.api.request("GET", `/v1/runs/${id}/${list}?cursor=${cursor}`),
					400,
					"invalid_request",
					/cursor: found .*wanted/,
				);
			}
		},
	);

	test.each([
		["limit=0", /limit/],
		["limit=201", /limit: found "201", wanted a number of at most 200/],
		["limit=1e2x", /limit/],
		["limit=-1", /limit/],
		["status=done", /status: found "done", wanted one of queued/],
		["limit=1&limit=2", /limit: found it twice/],
		["order=asc", /order: found an unknown field/],
	])("a query %s is refused", async (query, says) => {
		expectRefused(await platform.api.request("GET", `/v1/runs?${query}`), 400, "invalid_request", says);
	});

	test("a key that is none, revoked, or lacks the scope is refused before anything else", async () => {
		for (const authorization of [
			"",
			"Bearer",
			"Bearer cordon_x",
			`Basic ${btoa("a:b")}`,
			`Bearer ${platform.cordon.key}x`,
			`Bearer ${platform.cordon.key}, Bearer x`,
		]) {
			const answer = await post({ nonsense: 1 }, "/v1/runs", { authorization });
			expectRefused(answer, 401, "unauthorized", /found no valid key, wanted Authorization: Bearer/);
		}
		const key = await platform.api.expect(201, NewKey, "POST", "/v1/keys", { name: "gone", scopes: ["read:runs"] });
		expectRefused(await platform.as(key.value).request("POST", "/v1/runs", { program: ONE }), 403, "forbidden", /write:runs/);
		await platform.api.request("DELETE", `/v1/keys/${key.id}`);
		expectRefused(await platform.as(key.value).request("GET", "/v1/runs"), 401, "unauthorized", /found no valid key/);
		const past = await post({ name: "past", expiresAtMs: 1 }, "/v1/keys");
		if (past.status === 201) expect((await platform.as(NewKey.parse(past.body).value).request("GET", "/v1/runs")).status).toBe(401);
	});

	test("what is no route, and another method, is refused in words", async () => {
		expectRefused(await platform.api.request("GET", "/v1/nothing"), 404, "not_found", /wanted a path of the API/);
		const put = await platform.api.request("PUT", "/v1/runs", {});
		expectRefused(put, 405, "method_not_allowed", /wanted GET, HEAD|wanted POST/);
		expect(put.headers.get("allow")).toMatch(/POST/);
	});
});

test("after all of it runs are taken as before", async () => {
	expect((await platform.api.request("GET", "/healthz")).status).toBe(200);
	expect((await platform.api.run({ program: ONE })).status).toBe("succeeded");
});
