import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import { arbitraryValue } from "../contract/arbitrary-value.ts";
import { errorOf, resultOf, runProgram } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const textOf = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(`${encoding.path}: ${encoding.message}`);
	return encoding.text;
};

describe("the harness's codec and the host's", () => {
	it("give the same text for any value that goes in and comes back", async () => {
		const batches = fc.array(arbitraryValue, { minLength: 20, maxLength: 60 });
		await fc.assert(
			fc.asyncProperty(batches, async (input) => {
				const { outcome } = await runProgram(workerd, "export default (input) => input", { input });
				expect(outcome).toEqual({ kind: "returned", result: JSON.parse(textOf(input)) });
			}),
			{ numRuns: 25 },
		);
	});

	it("agree on what arguments are, both ways", async () => {
		workerd.answerWith((call) => {
			const decoding = decodeValue(call.args);
			if (decoding.kind === "refused" || !Array.isArray(decoding.value)) throw new Error("wanted decoded arguments");
			return JSON.stringify({ kind: "value", value: textOf(decoding.value[0]) });
		});
		const grants = [{ name: "echo", verb: "tool.call", methods: ["call"], streams: [] }];
		const input = [new Map([["k", new Set([1n, "x"])]]), new Date(7), Number.NaN, { $tagged: [undefined] }, new Uint8Array([1, 2, 255])];
		expect(await resultOf(workerd, "export default (input, env) => env.echo.call(input)", { input, grants })).toEqual(input);
	});

	it("read what a program makes by itself: kinds of bytes, holes, negative zero, an own __proto__", async () => {
		const result = await resultOf(
			workerd,
			`export default () => [new Float64Array([1]).buffer, new DataView(new ArrayBuffer(2)), new Uint16Array([258]), [, 1], -0, JSON.parse('{"__proto__":{"a":1}}'), Object.create(null)]`,
		);
		expect(result).toEqual([
			new Uint8Array(new Float64Array([1]).buffer),
			new Uint8Array(2),
			new Uint8Array([2, 1]),
			[undefined, 1],
			-0,
			JSON.parse('{"__proto__":{"a":1}}'),
			{},
		]);
	});
});

describe("not-a-number among floats", () => {
	const floats = `const bits = (Kind, ...words) => new Kind(Uint8Array.from(words).buffer);
		const made = [bits(Float64Array, 1,0,0,0,0,0,0xf0,0xff, 0,0,0,0,0,0,0xf0,0xff, 7,0,0,0,0,0,0xf8,0x3f), bits(Float32Array, 1,0,0x80,0xff, 0,0,0x80,0x7f, 0,0,0xc0,0xff), bits(Float16Array, 0,0xfe, 0,0xfc, 1,0x7c, 1,0x3c)];`;
	const canonical = [
		Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0, 0, 0, 0, 0, 0, 0xf0, 0xff, 7, 0, 0, 0, 0, 0, 0xf8, 0x3f),
		Uint8Array.of(0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x7f, 0, 0, 0xc0, 0x7f),
		Uint8Array.of(0, 0x7e, 0, 0xfc, 0, 0x7e, 1, 0x3c),
	];
	const NAMES = ["Float64Array", "Float32Array", "Float16Array"];
	const encoded = NAMES.map((as, index) => ({ $bytes: Buffer.from(canonical[index] ?? []).toString("base64"), as }));

	it("is the same one in results and arguments, and what else they hold is what it was", async () => {
		const args: unknown[] = [];
		workerd.answerWith((call) => {
			args.push(JSON.parse(call.args));
			return JSON.stringify({ kind: "value", value: "1" });
		});
		const grants = [{ name: "echo", verb: "tool.call", methods: ["call"], streams: [] }];
		const body = `export default async (input, env) => { ${floats} await env.echo.call(made); return made; }`;
		expect((await runProgram(workerd, body, { grants })).outcome).toEqual({ kind: "returned", result: encoded });
		expect(args).toEqual([[encoded]]);
	});

	it("stays as it is in the program's own array, in other arrays, and in a part of a buffer", async () => {
		const body = `export default () => { ${floats} const wide = new Uint32Array(made[1].buffer); JSON.stringify(made); return [wide, made[1].subarray(1, 2)]; }`;
		const { outcome } = await runProgram(workerd, body);
		const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString("base64");
		expect(outcome).toEqual({
			kind: "returned",
			result: [
				{ $bytes: base64(1, 0, 0x80, 0xff, 0, 0, 0x80, 0x7f, 0, 0, 0xc0, 0xff), as: "Uint32Array" },
				{ $bytes: base64(0, 0, 0x80, 0x7f), as: "Float32Array" },
			],
		});
	});
});

describe("a result that cannot leave the run", () => {
	const refusals: [what: string, expression: string, path: string][] = [
		["a function", "{ items: [{}, { run() {} }] }", "result.items[1].run"],
		["a symbol", "[Symbol('s')]", "result[0]"],
		["a class instance", "{ owner: new (class User {})() }", "result.owner"],
		["a promise", "{ later: Promise.resolve(1) }", "result.later"],
		["a WeakRef", "new WeakRef({})", "result"],
		["an Error", "{ error: new Error('x') }", "result.error"],
		["a RegExp", "[/x/]", "result[0]"],
		["a boxed number", "{ n: new Number(1) }", "result.n"],
		["a Request", "new Request('https://x.test/')", "result"],
		["a Response", "new Response('x')", "result"],
		["Headers", "{ h: new Headers() }", "result.h"],
		["a URL", "{ u: new URL('https://x.test/') }", "result.u"],
		["a Blob", "[new Blob(['x'])]", "result[0]"],
		["an AbortSignal", "AbortSignal.timeout(1000)", "result"],
		["a cycle", "(() => { const a = { b: [] }; a.b.push(a); return a; })()", "result.b[0]"],
		["a throwing getter", "{ a: { get b() { throw new Error('no') } } }", "result.a.b"],
		["a proxy that throws", "{ p: new Proxy({}, { ownKeys() { throw 1 } }) }", "result.p"],
		["a proxy of a Map", "{ p: new Proxy(new Map(), {}) }", "result.p"],
		["a revoked proxy", "(() => { const r = Proxy.revocable({}, {}); r.revoke(); return { r: r.proxy }; })()", "result.r"],
		["a proxy whose prototype trap answers wrongly", "[new Proxy(Object.freeze({}), { getPrototypeOf: () => 5 })]", "result[0]"],
		["a key that is no word", "{ 'a b': () => 1 }", 'result["a b"]'],
		["a key of a Map", "new Map([[() => 1, 1]])", "result.keys[0]"],
		["a value of a Map", "new Map([['a', () => 1]])", "result.values[0]"],
		["an item of a Set", "new Set([1, Symbol()])", "result.values[1]"],
		["env", "{ env: env.nothing ?? (() => 1) }", "result.env"],
		["a generator object", "(function* () {})()", "result"],
	];
	it.each(refusals)("%s is refused by its path", async (_what, expression, path) => {
		const error = await errorOf(
			workerd,
			`export default (input, env) => { const r = ${expression}; return (async () => ({ __proto__: null, r }))().then((x) => x.r); }`,
		);
		expect(error.code).toBe("result_not_serializable");
		expect(error.message).toContain(`Returning the result: ${path}: `);
	});

	it.each([
		["new Response('x')", "Response", "await .json() or .text()"],
		["new ReadableStream()", "ReadableStream", "await new Response(stream).text()"],
		["Promise.resolve(1)", "Promise", "after await"],
		["new (class User {})()", "User", "wanted JSON"],
	])("%s is named by its class", async (expression, name, instead) => {
		const { message } = await errorOf(workerd, `export default () => [${expression}]`);
		expect(message).toContain(`result[0]: it is of the class ${name}, which cannot be sent as it is`);
		expect(message).toContain(instead);
	});

	it("a class that names itself with a getter is not asked", async () => {
		const made = [
			"new (class A { static get name() { throw 1; } })()",
			"(() => { class B {} Object.defineProperty(B.prototype, 'constructor', { get() { throw 2; } }); return new B(); })()",
		];
		for (const expression of made) {
			const error = await errorOf(workerd, `export default () => ${expression}`);
			expect(error.message).toContain("result: it is an instance of a class, a proxy or a platform object");
		}
	});

	it("a proxy of plain data is the data that it imitates", async () => {
		expect(await resultOf(workerd, "export default () => [new Proxy({ a: 1 }, {}), new Proxy([1, 2], {})]")).toEqual([{ a: 1 }, [1, 2]]);
	});

	it("each getter of a result runs once", async () => {
		const program = "export default () => { let n = 0; return { get a() { n += 1; return n; }, get b() { return n; } }; }";
		expect(await resultOf(workerd, program)).toEqual({ a: 1, b: 1 });
	});

	it("undefined is null, a function's name is no field", async () => {
		expect(await resultOf(workerd, "export default () => undefined")).toBe(null);
	});
});

describe("a result at its bounds", () => {
	const nested = (levels: number) =>
		`let v = []; for (let i = 1; i < ${levels}; i += 1) v = i % 2 ? { a: v } : new Map([[v, 1]]); return v;`;
	const fits = (body: string) => resultOf(workerd, `export default () => { ${body} }`);
	const refused = (body: string) => errorOf(workerd, `export default () => { ${body} }`);

	it("may be nested to the limit, and no deeper", async () => {
		await fits(nested(LIMITS.valueDepth));
		expect(await refused(nested(LIMITS.valueDepth + 1))).toMatchObject({ code: "result_too_large" });
	});
	it("may have as many values as the limit, and no more", async () => {
		await fits(`return new Array(${LIMITS.valueNodes - 1}).fill(1);`);
		expect(await refused(`return new Array(${LIMITS.valueNodes}).fill(1);`)).toMatchObject({ code: "result_too_large" });
	});
	it("may be as many bytes as the limit, and no more, counted as UTF-8 JSON", async () => {
		await fits(`return "a".repeat(${LIMITS.resultBytes - 2});`);
		expect(await refused(`return "a".repeat(${LIMITS.resultBytes - 1});`)).toMatchObject({ code: "result_too_large" });
		const escaped = Math.floor((LIMITS.resultBytes - 2) / 6);
		await fits(`return "\\u0001".repeat(${escaped});`);
		expect(await refused(`return "\\u0001".repeat(${escaped + 1});`)).toMatchObject({ code: "result_too_large" });
		const wide = Math.floor((LIMITS.resultBytes - 2) / 3);
		await fits(`return "€".repeat(${wide});`);
		expect(await refused(`return "€".repeat(${wide + 1});`)).toMatchObject({ code: "result_too_large" });
	});
	it("may hold a BigInt of as many digits as the limit, and no more", async () => {
		await fits(`return 10n ** ${LIMITS.bigintDigits - 1}n;`);
		expect(await refused(`return 10n ** ${LIMITS.bigintDigits}n;`)).toMatchObject({ code: "result_too_large" });
	});
	it("a shared graph that unfolds to gigabytes is refused early", async () => {
		expect(await refused("let v = ['x'.repeat(1000)]; for (let i = 0; i < 60; i += 1) v = [v, v]; return v;")).toMatchObject({
			code: "result_too_large",
		});
	});
	it("an array of four billion holes is refused early", async () => {
		expect(await refused("return new Array(4294967295);")).toMatchObject({ code: "result_too_large" });
	});
	it("a proxy that claims endless length is refused early", async () => {
		expect(await refused("return new Proxy([], { get: (t, k) => (k === 'length' ? 2 ** 52 : 1) });")).toMatchObject({
			code: "result_too_large",
		});
	});
	it("lone surrogates, NUL and U+2028 come back as they were", async () => {
		expect(await fits(`return ["\\ud800", "\\u0000", "\\u2028", { "\\udc00\\u0000": 1 }];`)).toEqual([
			"\ud800",
			"\u0000",
			"\u2028",
			{ "\udc00\u0000": 1 },
		]);
	});
});
