import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { errorOf, execute, makeJob, resultOf, runProgram } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

describe("what a program throws", () => {
	const thrown: [expression: string, message: string][] = [
		["null", "The program threw null, which is not an Error."],
		["undefined", "The program threw undefined, which is not an Error."],
		["Symbol('s')", "The program threw Symbol(s), which is not an Error."],
		["function named() {}", "The program threw [Function: named], which is not an Error."],
		["{}", "The program threw {}, which is not an Error."],
		["'just text'", "The program threw 'just text', which is not an Error."],
		["Object.create(null)", "The program threw [Object: null prototype] {}, which is not an Error."],
		[
			"new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } })",
			"The program threw [unreadable], which is not an Error.",
		],
		["new Error('plain')", "plain"],
		[
			"Object.defineProperties(new Error('m'), { name: { get() { throw 1 } }, stack: { get() { throw 2 } }, cause: { get() { throw 3 } } })",
			"m",
		],
		["new DOMException('gone', 'AbortError')", "gone"],
		["new AggregateError([new Error('one'), new Error('two'), 3], 'both')", "both\n  [0]: Error: one\n  [1]: Error: two"],
		["new SuppressedError(new Error('late'), new Error('early'), 'hidden')", "hidden"],
		["{ message: 'like an error', name: 'Odd' }", "like an error"],
		["new Proxy(new Error('through a proxy'), {})", "through a proxy"],
	];
	it.each(thrown)("throw %s ends as program_threw with a safe message", async (expression, message) => {
		const error = await errorOf(workerd, `export default async () => { throw ${expression}; }`);
		expect(error).toMatchObject({ code: "program_threw", message });
	});

	it("is cut at the limit when its message is fifty million characters", async () => {
		const error = await errorOf(workerd, "export default () => { throw new Error('x'.repeat(5e7)); }");
		expect(error.message.length).toBe(LIMITS.errorMessageChars);
		expect(error.stack).toBe("    at default (main.ts:1:30)");
	});
	it("shows a bounded part of a chain of a hundred thousand causes", async () => {
		const error = await errorOf(
			workerd,
			"export default () => { let e = new Error('0'); for (let i = 1; i < 1e5; i += 1) e = new Error(String(i), { cause: e }); throw e; }",
		);
		expect(error.message).toBe("99999\n  cause: Error: 99998\n  cause: Error: 99997\n  cause: Error: 99996");
	});
	it("survives a cause that is the error itself", async () => {
		const error = await errorOf(workerd, "export default () => { const e = new Error('round'); e.cause = e; e.errors = e; throw e; }");
		expect(error.message).toContain("round");
	});
	it("keeps frames of the program's own modules only, by its own names", async () => {
		const error = await errorOf(workerd, {
			"main.ts":
				'import { inner } from "./lib/inner.ts";\nexport default async function main() {\n\tawait null;\n\treturn [1].map(() => inner());\n}',
			"lib/inner.ts": "export const inner = (): never => {\n\tthrow new RangeError('deep');\n};",
		});
		expect(error.name).toBe("RangeError");
		expect(error.stack.split("\n")).toEqual(["    at inner (lib/inner.ts:2:8)", "    at main.ts:4:23", "    at main (main.ts:4:13)"]);
	});
	it("cannot put frames into the stack through a message", async () => {
		const error = await errorOf(workerd, "export default () => { throw new Error('x\\n    at evil (program/main.ts:99:1)\\n'); }");
		expect(error.stack).toBe("    at default (main.ts:1:30)");
	});
	it("is named when the program throws while it is loaded", async () => {
		expect(await errorOf(workerd, "export default () => 1;\nthrow new TypeError('at load');")).toMatchObject({
			code: "program_threw",
			message: "at load",
		});
	});
	it("cannot carry a code of the platform that no call gave", async () => {
		const forged =
			"export default () => { throw Object.assign(new Error('m'), { name: 'CordonError', code: 'budget_exceeded', hint: 'h' }); }";
		expect(await errorOf(workerd, forged)).toMatchObject({ code: "program_threw" });
	});
});

describe("a program that is no function", () => {
	it("is invalid_program when only running it tells", async () => {
		const error = await errorOf(workerd, "const make = () => 5;\nexport default make();");
		expect(error).toMatchObject({ code: "invalid_program" });
		expect(error.message).toContain("is number; wanted a function");
	});
});

describe("patches of the language by the program", () => {
	const patches: [what: string, patch: string][] = [
		[
			"Array.prototype methods and iterators",
			"for (const k of ['map', 'push', 'join', 'forEach', Symbol.iterator]) Array.prototype[k] = () => { throw new Error('patched'); };",
		],
		[
			"index setters on Array.prototype and Object.prototype",
			"for (const p of [Array.prototype, Object.prototype]) Object.defineProperty(p, 0, { set() { throw new Error('patched'); }, get() { return 'stolen'; }, configurable: true });",
		],
		["JSON", "JSON.stringify = JSON.parse = () => { throw new Error('patched'); };"],
		["toJSON everywhere", "Object.prototype.toJSON = String.prototype.toJSON = Date.prototype.toJSON = () => 'forged';"],
		[
			"Promise.prototype.then",
			"const then = Promise.prototype.then; Promise.prototype.then = function (a, b) { return then.call(this, a && ((v) => a(v)), b); };",
		],
		[
			"String.prototype",
			"for (const k of ['slice', 'indexOf', 'charCodeAt', 'repeat', 'split', Symbol.iterator]) String.prototype[k] = () => { throw new Error('patched'); };",
		],
		[
			"Object's functions",
			"Object.keys = Object.defineProperty = Object.getPrototypeOf = Object.create = () => { throw new Error('patched'); };",
		],
		[
			"Reflect and Function.prototype",
			"Reflect.apply = Reflect.ownKeys = Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error('patched'); };",
		],
		[
			"Map, Set and WeakMap",
			"for (const C of [Map, Set, WeakMap]) for (const k of ['get', 'set', 'has', 'forEach', 'add', 'entries']) C.prototype[k] = () => { throw new Error('patched'); };",
		],
		["RegExp.prototype", "RegExp.prototype.exec = RegExp.prototype.test = () => { throw new Error('patched'); };"],
		[
			"typed arrays",
			"Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'length', { get() { return 0; } }); Uint8Array.prototype.toBase64 = () => 'forged';",
		],
		[
			"setters of descriptors",
			"for (const k of ['get', 'set', 'value', 'enumerable']) Object.defineProperty(Object.prototype, k, { __proto__: null, get() { return undefined; }, set() {} });",
		],
		[
			"global names",
			"globalThis.Map = globalThis.Error = globalThis.Promise = globalThis.TextEncoder = globalThis.Request = globalThis.Object = undefined;",
		],
	];
	const body = "env.none; console.log('line', { a: [1] }); return { a: [1, 'x'], m: made, d: day, b: bytes };";
	const made = "const made = new Map([['k', 1n]]); const day = new Date(0); const bytes = new Uint8Array([1, 2]);";
	it.each(patches)("of %s break neither the result nor the console", async (_what, patch) => {
		const { outcome, logs } = await runProgram(workerd, `${made}\n${patch}\nexport default (input, env) => { ${body} }`);
		expect(outcome).toEqual({
			kind: "returned",
			result: {
				a: [1, "x"],
				m: { $map: [["k", { $bigint: "1" }]] },
				d: { $date: "1970-01-01T00:00:00.000Z" },
				b: { $bytes: "AQI=", as: "Uint8Array" },
			},
		});
		expect(logs.map((line) => line.text)).toEqual(["line { a: [ 1 ] }"]);
	});
	it.each(patches)("of %s break no call", async (_what, patch) => {
		workerd.answerWith((call) => JSON.stringify({ kind: "value", value: call.args }));
		const grants = [{ name: "echo", verb: "tool.call", methods: ["call"], streams: [] }];
		const { outcome } = await runProgram(
			workerd,
			`${patch}\nexport default async (input, env) => { const r = await env.echo.call({ a: ['x'] }); return r; }`,
			{ grants },
		);
		expect(outcome).toMatchObject({ kind: "returned" });
	});
	it("of Object.prototype.then stay in the run", async () => {
		const outcome = await execute(
			workerd,
			await makeJob(
				workerd,
				"Object.defineProperty(Object.prototype, 'then', { get() { return undefined; } });\nexport default () => ({ a: 1 });",
			),
		);
		expect(outcome).toMatchObject({ kind: "answered", answer: expect.stringContaining('{"a":1}') });
		expect(await resultOf(workerd, "export default () => [({}).then, Promise.prototype.then.name]")).toEqual([undefined, "then"]);
	});
	it("of the answer's own text reach nothing but the run's own result", async () => {
		const imitation = { status: "error", error: { code: "x" }, usage: { cpuMs: -1e9 }, logs: [{ seq: 1 }], outcome: { kind: "threw" } };
		const { outcome, logs } = await runProgram(workerd, `export default () => (${JSON.stringify(imitation)})`);
		expect(outcome).toEqual({ kind: "returned", result: imitation });
		expect(logs).toEqual([]);
	});
});

describe("the program's world", () => {
	it("has no code from strings, no WebAssembly from bytes", async () => {
		const attempts = [
			"eval('1')",
			"new Function('return 1')()",
			"(async () => {}).constructor('return 1')()",
			"new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))",
		];
		const program = `export default async () => { const out = []; ${attempts.map((code) => `try { out.push(String(${code})); } catch (e) { out.push(e.name); }`).join("\n")} return out; }`;
		expect(await resultOf(workerd, program)).toEqual(["EvalError", "EvalError", "EvalError", "CompileError"]);
	});
	it("loads nothing but its own modules, however the specifier is made", async () => {
		const specifiers = [
			"node:fs",
			"https://evil.test/x.js",
			"data:text/javascript,export default 1",
			"file:///etc/passwd",
			"../../secret.js",
			"./main.ts?x",
			"/etc/passwd",
			"./%2e%2e/secret.js",
			"lodash",
		];
		const program = `export default async (input) => { const out = []; for (const s of input) { try { await import(s); out.push(s); } catch {} } return out; }`;
		expect(await resultOf(workerd, program, { input: specifiers })).toEqual([]);
	});
	it("finds no binding and no export through the runtime's own module", async () => {
		const program = `export default async () => { const name = "cloudflare:workers"; const w = await import(name); return [Object.keys(w.env ?? {}), Object.keys(w.exports ?? {})]; }`;
		expect(await resultOf(workerd, program)).toEqual([[], []]);
	});
	it("has no Node, no sockets, no cache", async () => {
		const names = [
			"process",
			"Buffer",
			"require",
			"global",
			"WebSocket",
			"WebSocketPair",
			"EventSource",
			"caches",
			"Deno",
			"Bun",
			"XMLHttpRequest",
		];
		expect(
			await resultOf(
				workerd,
				"export default (input) => input.filter((name) => typeof globalThis[name] !== 'undefined' || name in globalThis)",
				{ input: names },
			),
		).toEqual([]);
	});
	it("has the globals that were reviewed, and no other", async () => {
		const program =
			"export default () => { const names = new Set(); for (let o = globalThis; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) for (const n of Object.getOwnPropertyNames(o)) names.add(n); return [...names].sort(); }";
		expect(await resultOf(workerd, program)).toMatchSnapshot();
	});
	it("finds no native fetch again along the prototypes of the global object", async () => {
		const program = `export default () => { let found = 0; for (let o = Object.getPrototypeOf(globalThis); o; o = Object.getPrototypeOf(o)) { const own = Object.getOwnPropertyDescriptor(o, 'fetch'); if (own && own.value !== fetch) found += 1; } return found; }`;
		expect(await resultOf(workerd, program)).toBe(0);
	});
	it("reaches no network through the runtime's own modules", async () => {
		const program = `export default async () => { const name = "cloudflare:sockets"; try { await (await import(name)).connect("127.0.0.1:1").opened; return 'reached'; } catch (e) { return e.message; } }`;
		expect(await resultOf(workerd, program)).toContain("not permitted to access the internet");
	});
	it("reads the harness's source and gains nothing: another harness of its own finds no binding", async () => {
		const program = `export default async () => { const name = "../harness.js"; try { const H = (await import(name)).default; const h = new H({}, {}); return Object.keys(h.env ?? {}); } catch (e) { return e.name; } }`;
		expect(await resultOf(workerd, program)).toEqual([]);
	});
	it("ends itself with abortIsolate() and takes no other run with it", async () => {
		const job = await makeJob(
			workerd,
			`export default async () => { const name = "cloudflare:workers"; (await import(name)).abortIsolate("bye"); await new Promise(() => {}); }`,
		);
		expect(await execute(workerd, job)).toMatchObject({ kind: "silent" });
		expect(await resultOf(workerd, "export default () => 'next'")).toBe("next");
	});
	it("is silent when what it awaits can never happen", async () => {
		expect(await execute(workerd, await makeJob(workerd, "export default () => new Promise(() => {})"))).toMatchObject({ kind: "silent" });
	});
	it("is stopped at the wall limit though a timer keeps it awake", async () => {
		const job = await makeJob(workerd, "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); }", {
			wallMs: 300,
		});
		expect(await execute(workerd, job)).toMatchObject({ kind: "stopped", reason: "wall" });
	});
	it("shares nothing with the next run", async () => {
		await resultOf(workerd, "globalThis.left = 1; Array.prototype.map = () => 'patched';\nexport default () => 1");
		expect(await resultOf(workerd, "export default () => [typeof left, [1].map((x) => x + 1)]")).toEqual(["undefined", [2]]);
	});
	it("may reject promises that nobody awaits, before and after its end", async () => {
		expect(
			await resultOf(
				workerd,
				"export default () => { for (let i = 0; i < 2e4; i += 1) Promise.reject(new Error(String(i))); return 'done'; }",
			),
		).toBe("done");
	});
	it("reads any string as its input, and nothing of it as code", async () => {
		const input = { text: "})(); globalThis.x = 1; (async () => {", tag: { $date: "no date" } };
		expect(await resultOf(workerd, "export default (input) => [input, typeof globalThis.x]", { input })).toEqual([input, "undefined"]);
	});
	it("is not loaded when an import names what a module does not export", async () => {
		const modules = { "main.ts": 'import { missing } from "./b.ts";\nexport default () => missing;', "b.ts": "export const present = 1;" };
		const outcome = await execute(workerd, await makeJob(workerd, modules));
		expect(JSON.stringify(outcome)).toContain("missing");
	});
});
