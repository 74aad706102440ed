import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIMITS } from "../../contract/limits.ts";
import { sharePlatform } from "./share-platform.ts";
import { errorOf, makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
	await makeAgent(platform.api, {
		name: "clerk",
		policy: {
			grants: { files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } } },
			limits: { wallMs: 15_000, cpuMs: 5_000, calls: 1_000 },
		},
	});
});
afterAll(() => platform.stop());

const run = (program: string, rest: object = {}) => platform.api.run({ program, ...rest });

describe("a result", () => {
	test("of every kind that has a tag arrives tagged", async () => {
		const { status, result } = await run(`export default async () => ({
			date: new Date(0), invalid: new Date(NaN), map: new Map([["a", new Set([1n])]]), nan: NaN, minus: -0, infinite: -Infinity,
			bytes: new Uint8Array([1, 2, 255]), floats: new Float32Array([1]), buffer: new ArrayBuffer(2), holes: [undefined, null],
			gone: undefined, own: { $date: "mine", other: 1 }, text: "\\u0000\\u2028\\ud800", nested: { a: [{ b: null }] },
		})`);
		expect(status).toBe("succeeded");
		expect(result).toEqual({
			date: { $date: "1970-01-01T00:00:00.000Z" },
			invalid: { $date: null },
			map: { $map: [["a", { $set: [{ $bigint: "1" }] }]] },
			nan: { $number: "NaN" },
			minus: { $number: "-0" },
			infinite: { $number: "-Infinity" },
			bytes: { $bytes: "AQL/", as: "Uint8Array" },
			floats: { $bytes: "AACAPw==", as: "Float32Array" },
			buffer: { $bytes: "AAA=", as: "ArrayBuffer" },
			holes: [{ $undefined: true }, null],
			own: {
				$object: [
					["$date", "mine"],
					["other", 1],
				],
			},
			text: "\u0000\u2028\ud800",
			nested: { a: [{ b: null }] },
		});
	});

	test("of undefined is null, and a sync function's counts as well", async () => {
		expect(await run("export default () => {}")).toMatchObject({ status: "succeeded", result: null, error: null });
		expect(await run("export default (input) => [input]", { input: false })).toMatchObject({ status: "succeeded", result: [false] });
	});

	test.each([
		["a symbol", "({ items: [{}, { owner: Symbol('x') }] })", "result.items[1].owner"],
		["a function", "() => 1", "result"],
		["a class instance", "({ a: new (class Person {})() })", "result.a"],
		["a throwing getter", "({ get a() { throw new Error('no') } })", "result.a"],
		["a cycle", "(() => { const a = {}; a.b = { a }; return a; })()", "result.b.a"],
		["a Request", "[new Request('https://example.com')]", "result[0]"],
	])("that is %s is refused, and the path named", async (_, value, path) => {
		const { status, result, error } = await run(`export default async () => ${value}`);
		expect([status, result, error?.code]).toEqual(["failed", null, "result_not_serializable"]);
		expect(error?.message).toContain(`${path}:`);
	});

	test("of the limit arrives whole, of one byte more is too large", async () => {
		const fits = LIMITS.resultBytes - 2;
		const whole = await run(`export default async () => "x".repeat(${fits})`);
		expect([whole.status, String(whole.result).length]).toEqual(["succeeded", fits]);
		const more = await run(`export default async () => "x".repeat(${fits + 1})`);
		expect([more.status, more.error?.code]).toEqual(["failed", "result_too_large"]);
		const graph = await run("export default async () => { let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; return a; }");
		expect([graph.status, graph.error?.code]).toEqual(["failed", "result_too_large"]);
	});
});

describe("an input", () => {
	const echo = "export default async (input) => ({ same: JSON.stringify(input), type: typeof input })";

	test.each<unknown>([
		null,
		0,
		"",
		{ empty: [], nested: [[]] },
		[[1, [2]]],
		{ $date: "2026-01-01T00:00:00.000Z" },
		{ $map: [[1, 2]], $bigint: "1" },
		{ $object: [["a", 1]] },
		{ a: { $bytes: "AQ==", as: "Uint8Array" }, b: [{ $undefined: true }, { $number: "NaN" }] },
		{ constructor: 1, toString: null, then: "no", prototype: {}, "": 1, "a.b": 2 },
		{ text: "\u0000 \u2028 \ud83d\ude00 \udc00 é e\u0301 </script>" },
		{ big: 12345678901234567890, small: 1e-320, exact: 0.1 },
	])("of any JSON comes through untouched: %j", async (input) => {
		const { result, error } = await platform.api.run({ program: echo, input: JSON.parse(JSON.stringify(input)) });
		expect(error).toBeNull();
		expect(result).toEqual({ same: JSON.stringify(JSON.parse(JSON.stringify(input))), type: typeof input });
	});

	test("as deep and as wide as a body may be comes through", async () => {
		let deep: unknown = 1;
		for (let level = 0; level < LIMITS.jsonDepth - 2; level += 1) deep = { $date: deep };
		const found = await platform.api.run({ program: echo, input: JSON.parse(JSON.stringify(deep)) });
		expect(found.error).toBeNull();
		expect(found.result).toMatchObject({ same: JSON.stringify(deep) });
		const wide = Array.from({ length: 300_000 }, (_, index) => index % 10);
		const counted = await platform.api.run({ agent: "clerk", program: "export default async (input) => input.length", input: wide });
		expect([counted.error, counted.result]).toEqual([null, wide.length]);
	});

	test("that is left out is null", async () => {
		expect((await run("export default async (input) => input === null")).result).toBe(true);
	});
});

describe("an error", () => {
	const lines = [
		"interface Row {",
		"\tid: number;",
		"}",
		"const fail = (row: Row): never => {",
		"\tthrow new TypeError(`row ${row.id}`);",
		"};",
	];

	test("of TypeScript stands at the author's line and column, in the stack too", async () => {
		const program = [
			...lines,
			"export default async (input: unknown, env: object): Promise<void> => {",
			"\tfail({ id: 7 } as Row);",
			"};",
		].join("\n");
		const { error, status } = await run(program);
		expect(status).toBe("failed");
		expect(error).toMatchObject({ code: "program_threw", message: "TypeError: row 7", line: 5, column: 8 });
		expect(error?.stack).toMatch(/at fail \(main\.ts:5:8\)\n\s+at default \(main\.ts:8:2\)/);
		expect(JSON.stringify(error)).not.toMatch(/harness|file:|\/work|node_modules/);
	});

	test("in another module names that module", async () => {
		const program = {
			main: "a.ts",
			modules: {
				"a.ts": 'import { f } from "./lib/b";\nexport default async () => f(1);',
				"lib/b.ts": "type N = number;\n\nexport const f = (n: N): N => { throw new Error('x' + n); };",
			},
		};
		const { error } = await platform.api.run({ program });
		expect(error).toMatchObject({ code: "program_threw", message: "x1", line: 3 });
		expect(error?.stack).toContain("lib/b.ts:3:");
	});

	test.each([
		"null",
		"undefined",
		"'text'",
		"42",
		"Symbol('s')",
		"() => 1",
		"{}",
		"new Proxy({}, { get() { throw 1 } })",
		"Object.create(null)",
	])("is told for throw %s", async (thrown) => {
		const { status, error } = await run(`export default async () => { throw (${thrown}); }`);
		expect([status, error?.code]).toEqual(["failed", "program_threw"]);
		expect(error?.message.length).toBeGreaterThan(5);
	});

	test("that claims a platform's code is the program's own", async () => {
		const { status, error } = await run(
			'export default async () => { throw Object.assign(new Error("x"), { code: "budget_exceeded", name: "CordonError" }); }',
		);
		expect([status, error?.code]).toEqual(["failed", "program_threw"]);
	});

	test("of a call that nobody caught has the call's own hint", async () => {
		const { error } = await run("export default async (input, env) => env.files.readText('/etc/passwd')", { agent: "clerk" });
		expect(error).toMatchObject({ code: "file_denied", hint: expect.stringContaining("/workspace/input") });
	});

	test("of 50 MB is cut", async () => {
		const { error } = await platform.api.run({
			agent: "clerk",
			program: 'export default async () => { throw new Error("e".repeat(5e7)); }',
		});
		expect(error?.code).toBe("program_threw");
		expect(error?.message.length).toBeLessThanOrEqual(LIMITS.errorMessageChars + 10);
	});
});

test("a run's unknown file is told of as such only by a run that is there", async () => {
	const { id } = await run("export default () => 1");
	const [known, unknown, other] = await Promise.all([
		platform.api.request("GET", `/v1/runs/${id}/files/workspace/output/a`),
		platform.api.request("GET", `/v1/runs/${id.slice(0, -4)}0000/files/workspace/output/a`),
		(await platform.tenant("other")).api.request("GET", `/v1/runs/${id}/files/workspace/output/a`),
	]);
	expect(errorOf(known)).toMatchObject({ message: "Reading a file: the run has none at that path", path: "/workspace/output/a" });
	for (const answer of [unknown, other]) expect(errorOf(answer).message).toContain("found nothing with this id and path");
	expect([known.status, unknown.status, other.status]).toEqual([404, 404, 404]);
});
