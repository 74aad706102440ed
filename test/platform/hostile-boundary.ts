import { expect } from "vitest";
import { LIMITS } from "../../contract/limits.ts";
import { body, contained, fails, gives, type Hostile, refused } from "./hostile.ts";

const THREW = fails("program_threw");
const NO_RESULT = fails("result_not_serializable");

/** Sections C and D: results, errors, arguments, logs. */
export const HOSTILE_BOUNDARY: readonly Hostile[] = [
	{
		name: "C02 returns a WeakRef",
		program: body("return { a: [new WeakRef({})] };"),
		ends: NO_RESULT,
		also: (run) => expect(run.error?.message).toContain("result.a[0]"),
	},
	{ name: "C03 returns a cycle", program: body("const a = {}; a.a = a; return a;"), ends: NO_RESULT },
	{ name: "C06 returns 33 MiB", program: body("return 'x'.repeat(33 << 20);"), ends: fails("result_too_large") },
	{
		name: "C06 returns a graph that unfolds to gigabytes",
		program: body("let a = ['x'.repeat(1000)]; for (let i = 0; i < 50; i++) a = [a, a]; return a;"),
		ends: fails("result_too_large"),
	},
	{
		name: "C06 returns characters that grow when escaped",
		program: body("return '\\u0001'.repeat(1 << 19);"),
		ends: fails("result_too_large"),
	},
	{
		name: "C09 throws a thrower",
		program: body("throw { get message() { throw this; }, get name() { throw 1; }, get stack() { throw 2; } };"),
		ends: THREW,
	},
	{
		name: "C09 throws a proxy of everything",
		program: body("const h = new Proxy({}, { get: () => () => { throw new Proxy({}, h); } }); throw new Proxy(new Error('x'), h);"),
		ends: THREW,
	},
	{
		name: "C10 throws 50 MB",
		program: body("throw new Error('e'.repeat(5e7));"),
		ends: THREW,
		also: (run) => expect(run.error?.message.length).toBeLessThan(LIMITS.errorMessageChars + 10),
	},
	{
		name: "C11 throws a chain of a hundred thousand causes",
		program: body("let e = new Error('0'); for (let i = 0; i < 1e5; i++) e = new Error(i, { cause: e }); throw e;"),
		ends: THREW,
	},
	{
		name: "C12 throws an AggregateError full of errors",
		program: body("throw new AggregateError(Array.from({ length: 1e5 }, (_, i) => new Error('Worker was reset ' + i)), 'all');"),
		ends: THREW,
	},
	{ name: "C13 has a getter that throws", program: body("return { a: { get b() { throw new Error('boo'); } } };"), ends: NO_RESULT },
	{ name: "C14 returns a proxy", program: body("return new Proxy({}, { ownKeys: () => { throw 1; } });"), ends: NO_RESULT },
	{ name: "C15 returns its env", program: body("return env;"), ends: NO_RESULT },
	{ name: "C15 returns a function of its env", program: body("return { f: env.files.readText };"), ends: NO_RESULT },
	{
		name: "C16 returns live things of the runtime",
		program: body("return [new Headers(), new Blob([]), new AbortController().signal, new ReadableStream()];"),
		ends: NO_RESULT,
	},
	{ name: "C17 exports a class", program: "export default class {}", ends: refused(/a class/) },
	{ name: "C17 exports a generator", program: "export default function* () {}", ends: refused(/a generator/) },
	{ name: "C17 exports then", program: "export function then() { for (;;); } export default () => 1;", ends: refused(/"then"/) },
	{ name: "C17 returns a thenable", program: body("return { then(resolve) { resolve({ then(next) { next(5); } }); } };"), ends: gives(5) },
	{
		name: "C17 returns a thenable that never ends",
		program: body("const t = { then(resolve) { queueMicrotask(() => resolve(t)); } }; return t;"),
		ends: fails("cpu_exceeded"),
	},
	{
		name: "C18 has terminal escapes in a syntax error",
		program: "export default async () => { \u001b[31m !!! };",
		ends: refused(/Compiling/),
	},
	{
		name: "C19 imitates the envelope",
		program: body("return { status: 'failed', error: { code: 'internal' }, usage: { cpuMs: -1e9 }, logs: [], kind: 'returned' };"),
		ends: gives({ status: "failed", error: { code: "internal" }, usage: { cpuMs: -1e9 }, logs: [], kind: "returned" }),
		also: (run) => expect(run.usage.cpuMs).toBeGreaterThanOrEqual(0),
	},
	{
		name: "C20 has __proto__ keys",
		program: body('return JSON.parse(\'{"__proto__": {"polluted": 1}, "constructor": {"prototype": {}}}\');'),
		ends: gives({
			$object: [
				["__proto__", { polluted: 1 }],
				["constructor", { prototype: {} }],
			],
		}),
	},
	{
		name: "C21 leaves two hundred thousand rejections",
		program: body("for (let i = 0; i < 2e5; i++) Promise.reject(new Error('x')); return 1;"),
		ends: gives(1),
		limits: { cpuMs: 4_000 },
	},
	{
		name: "C21 throws from a timer",
		program: body("setTimeout(() => { throw new Error('late'); }, 10); await new Promise((r) => setTimeout(r, 50)); return 1;"),
		ends: gives(1),
	},
	{
		name: "C22 denies that its error is its own",
		program: body("throw Object.defineProperty(new Error('Failed to start Worker: internal'), 'remote', { value: false });"),
		ends: THREW,
	},
	{
		name: "C22 denies it on the prototype",
		program: body(
			"Object.defineProperty(Error.prototype, 'remote', { get: () => false, set() {} }); throw new Error('Worker exceeded CPU time limit.');",
		),
		ends: THREW,
	},
	{
		name: "C23 forges tags",
		program: body("return { $date: 'x', a: { $bytes: 5 }, b: { $object: 1 } };"),
		ends: gives({
			$object: [
				["$date", "x"],
				["a", { $object: [["$bytes", 5]] }],
				["b", { $object: [["$object", 1]] }],
			],
		}),
	},

	{
		name: "D01 floods the log",
		program: body("for (let i = 0; i < 1e5; i++) console.log('x'.repeat(1e5)); return 1;"),
		ends: gives(1),
		limits: { cpuMs: 5_000, wallMs: 20_000 },
		also: (run) => expect([run.logsTruncated, run.logs.length <= LIMITS.logLines]).toEqual([true, true]),
	},
	{
		name: "D03 uses every method of the console",
		program: body("for (const name of Object.keys(console)) for (let i = 0; i < 200; i++) console[name]('a', 'b'); return 1;"),
		ends: gives(1),
		also: (run) => expect(run.logs.length).toBeLessThanOrEqual(LIMITS.logLines),
	},
	{
		name: "D03 groups without an end",
		program: body("for (let i = 0; i < 1e5; i++) console.group(); console.log('deep'); return 1;"),
		ends: gives(1),
		also: (run) => expect(run.logs[0]?.text.length).toBeLessThan(200),
	},
	{
		name: "D04 takes the console away",
		program: body("globalThis.console = new Proxy({}, { get() { throw 1; } }); delete globalThis.console; return 1;"),
		ends: gives(1),
	},
	{
		name: "D05 prints a line of the host",
		program: body('console.log(\'\\u001ecordon-log {"seq":1,"atMs":0,"level":"info","text":"forged"}\\n\\u001ecordon-log {}\'); for (;;);'),
		ends: fails("cpu_exceeded"),
		also: (run) => expect(run.logs.some((line) => line.text === "forged")).toBe(false),
	},
	{
		name: "D06 formats with percent signs",
		program: body(
			"console.log('%s'.repeat(1e5), 1); console.log('%d%i%f%j%o%O%c', ...Array(9).fill({ valueOf() { for (;;); } })); return 1;",
		),
		ends: gives(1),
	},
	{
		name: "D07 logs what throws when it is looked at",
		program: body("console.log(new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; }, getPrototypeOf() { throw 3; } })); return 1;"),
		ends: gives(1),
	},
	{
		name: "D08 calls what writes the log",
		program: body(
			"const tried = []; for (const name of ['log', 'record', '__stepRecord', 'endCall', 'finish', 'constructor']) tried.push(typeof env.files[name]); return tried;",
		),
		ends: gives(Array(6).fill("undefined")),
	},

	{
		name: "G02 sends arguments of the wrong kind",
		program: body(
			"const codes = new Set(); for (const a of [[], [1], [{}], [null], ['a', 'b'], [Array(1000).fill('x')], [{ path: '/workspace/output/a' }], [new Map()], [5n]]) codes.add(await env.files.readText(...a).then(() => 'ok', (e) => e.code)); return [...codes].sort();",
		),
		ends: gives(["invalid_arguments"]),
	},
	{
		name: "G04 sends functions",
		program: body(
			"let called = 0; const f = Object.assign(() => { called++; }, { toString() { called++; }, toJSON() { called++; return 'x'; } }); const codes = []; for (const a of [f, { f }, [f], new Map([[1, f]]), { then: f }, { get a() { return f; } }]) codes.push(await env.files.writeJson('/workspace/output/a', a).then(() => 'ok', (e) => e.code)); return [called, codes];",
		),
		ends: gives([0, Array(6).fill("invalid_arguments")]),
	},
	{
		name: "G05 sends its env",
		program: body(
			"const codes = []; for (const a of [env, env.files, env.files.readText, globalThis]) codes.push(await env.files.writeJson('/workspace/output/a', a).then(() => 'ok', (e) => e.code)); return [...new Set(codes)];",
		),
		ends: gives(["invalid_arguments"]),
	},
	{
		name: "G06 sends a graph that unfolds to gigabytes",
		program: body(
			"let a = ['x'.repeat(1000)]; for (let i = 0; i < 50; i++) a = [a, a]; return env.files.writeJson('/workspace/output/a', a).catch((e) => e.code);",
		),
		ends: gives("invalid_arguments"),
	},
	{
		name: "G06 sends 40 MB",
		program: body("return env.files.writeText('/workspace/output/a', 'x'.repeat(4e7)).catch((e) => e.code);"),
		ends: gives("invalid_arguments"),
	},
	{
		name: "G06 sends a proxy that changes under the encoder",
		program: body(
			"let n = 0; const p = new Proxy([], { get: (t, k) => (k === 'length' ? ++n * 1000 : 'x'), has: () => true }); return env.files.writeJson('/workspace/output/a', p).then(() => 'ok', (e) => typeof e.code);",
		),
		ends: contained("program_threw"),
	},
	{
		name: "G20 fills its disk",
		program: body(
			"const codes = {}; const t = 'x'.repeat(1e6); for (let i = 0; i < 40; i++) { const c = await env.files.writeText('/workspace/output/' + i, t).then(() => 'ok', (e) => e.code); codes[c] = (codes[c] ?? 0) + 1; } return Object.keys(codes).sort();",
		),
		ends: gives(["ok", "quota_exceeded"]),
		limits: { cpuMs: 5_000, wallMs: 20_000 },
	},
	{
		name: "G20 makes many files",
		program: body(
			"const codes = new Set(); for (let i = 0; i < 210; i += 10) await Promise.all(Array.from({ length: 10 }, (_, j) => env.files.writeText('/workspace/output/' + (i + j), '').then(() => 'ok', (e) => e.code).then((c) => codes.add(c)))); return [...codes].sort();",
		),
		ends: gives(["ok", "quota_exceeded"]),
		limits: { cpuMs: 5_000, wallMs: 20_000 },
	},
	{
		name: "G21 walks out of its mount",
		program: body(
			"const codes = new Set(); for (const p of ['/workspace/output/../../etc/passwd', '/workspace/output/./a', '//workspace/output/a', '/workspace/output/%2e%2e/a', '/WORKSPACE/output/a', '/workspace/outputs/a', '/workspace/output\\\\..\\\\a', '/workspace/output/a\\0', 'file:///workspace/output/a', '/proc/self/environ', '']) codes.add(await env.files.readText(p).then(() => 'ok', (e) => e.code)); return [...codes].sort();",
		),
		ends: gives(["file_denied", "file_not_found"]),
	},
];
