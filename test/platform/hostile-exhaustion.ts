import { body, contained, fails, gives, type Hostile, refused } from "./hostile.ts";

const CPU = fails("cpu_exceeded");
/** What fills memory ends by its memory, or by the CPU time that filling takes, or the runtime refuses it to the program itself. */
const MEMORY = fails("memory_exceeded", "cpu_exceeded", "program_threw");
const ROOMY = { cpuMs: 4_000, wallMs: 20_000 };
const NEVER = "await new Promise(() => {});";

/** Sections A and B of the threat model: CPU, termination, memory. */
export const HOSTILE_EXHAUSTION: readonly Hostile[] = [
	{ name: "A01 loops", program: body("for (;;);"), ends: CPU },
	{ name: "A01 loops before it is called", program: "for (;;); export default () => 1;", ends: CPU },
	{
		name: "A02 chains promises for ever",
		program: body(`const f = () => Promise.resolve().then(f); f(); ${NEVER}`),
		ends: fails("cpu_exceeded", "memory_exceeded"),
	},
	{ name: "A03 chains microtasks for ever", program: body(`const f = () => queueMicrotask(f); f(); ${NEVER}`), ends: CPU },
	{
		name: "A04 chains a thousand timers",
		program: body(`const f = () => setTimeout(f, 0); for (let i = 0; i < 1000; i++) f(); ${NEVER}`),
		ends: fails("cpu_exceeded", "wall_time_exceeded"),
	},
	{ name: "A05 backtracks in a regular expression", program: body('return /^(a+)+$/.test("a".repeat(40) + "b");'), ends: CPU },
	{
		name: "A06 sorts with a slow comparison",
		program: body(
			"return Array.from({ length: 2e6 }, (_, i) => i).sort(() => { for (let i = 0; i < 1e4; i++); return Math.random() - 0.5; }).length;",
		),
		ends: CPU,
	},
	{ name: "A07 squares a BigInt", program: body("let x = 3n; for (;;) x *= x;"), ends: fails("cpu_exceeded", "program_threw") },
	{ name: "A07 writes out a huge BigInt", program: body("return (3n ** 10_000_000n).toString().length;"), ends: CPU },
	{
		name: "A08 makes RSA keys",
		program: body(
			'for (;;) await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign"]);',
		),
		ends: fails("not_deterministic"),
	},
	{
		name: "A09 hashes for ever",
		program: body('const b = new Uint8Array(32 << 20); for (;;) await crypto.subtle.digest("SHA-512", b);'),
		ends: CPU,
	},
	{
		name: "A09 stretches a key for ever",
		program: body(
			'const k = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]); for (;;) await crypto.subtle.deriveBits({ name: "PBKDF2", salt: new Uint8Array(8), iterations: 100000, hash: "SHA-512" }, k, 4096);',
		),
		ends: CPU,
	},
	{
		name: "A10 waits for what can never come",
		program: body(NEVER),
		ends: fails("never_settled", "wall_time_exceeded"),
		limits: { wallMs: 1_500 },
	},
	{
		name: "A11 keeps itself awake",
		program: body(`setInterval(() => {}, 100); ${NEVER}`),
		ends: fails("wall_time_exceeded"),
		limits: { wallMs: 700 },
	},
	{
		name: "A12 sleeps, then loops at the limit",
		program: body("await new Promise((r) => setTimeout(r, 690)); for (;;);"),
		ends: fails("wall_time_exceeded", "cpu_exceeded"),
		limits: { wallMs: 700, cpuMs: 300 },
	},
	{
		name: "A13 catches everything in a loop",
		program: body("for (;;) { try { for (;;) Math.sqrt(2); } catch {} finally { for (;;); } }"),
		ends: CPU,
	},
	{ name: "A14 overflows the stack for ever", program: body("const f = () => f(); for (;;) { try { f(); } catch {} }"), ends: CPU },
	{
		name: "A14 recurses in promises",
		program: body("const f = async () => f(); return f();"),
		ends: fails("program_threw", "cpu_exceeded", "memory_exceeded"),
	},
	{
		name: "A15 compiles deep regular expressions",
		program: body(
			'for (;;) { try { new RegExp("(".repeat(1e5) + ")".repeat(1e5)); } catch (e) { if (!(e instanceof SyntaxError)) throw e; } }',
		),
		ends: fails("cpu_exceeded", "program_threw", "memory_exceeded"),
	},
	{
		name: "A15 is nested too deeply to be read",
		program: `export default () => ${"(".repeat(20_000)}1${")".repeat(20_000)}`,
		ends: refused(/nested|deep|Compiling/),
	},
	{
		name: "A16 has a graph of modules",
		program: { main: "m0.js", modules: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`m${i}.js`, "export default () => 1"])) },
		ends: refused(/at most 64 modules/),
	},
	{
		name: "A17 awaits at the top level",
		program: "await new Promise(() => {}); export default () => 1;",
		ends: refused(/await at the top level/),
	},
	{
		name: "A19 unpacks a bomb",
		program: body(
			"const c = new CompressionStream('gzip'); const w = c.writable.getWriter(); (async () => { const b = new Uint8Array(1 << 20); for (;;) await w.write(b); })(); const r = c.readable.pipeThrough(new DecompressionStream('gzip')).getReader(); for (;;) await r.read();",
		),
		ends: CPU,
	},
	{
		name: "A20 steps a generator that never ends",
		program: body("function* g() { for (;;) yield 1; } return [...g()].length;"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{ name: "A21 loops in a getter of its result", program: body("return { get a() { for (;;); } };"), ends: CPU },
	{ name: "A22 loops in a proxy that it throws", program: body("throw new Proxy(new Error('x'), { get() { for (;;); } });"), ends: CPU },
	{
		name: "A23 loops in toString of what it logs",
		program: body("console.log({ get a() { for (;;); }, toString() { for (;;); }, toJSON() { for (;;); } }); return 1;"),
		ends: gives(1),
	},
	{ name: "B01 fills the heap", program: body("const a = []; for (;;) a.push(new Array(1000).fill({}));"), ends: MEMORY, limits: ROOMY },
	{
		name: "B02 fills array buffers",
		program: body("const a = []; for (;;) a.push(new Uint8Array(64 << 20).fill(1));"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B03 makes Wasm memory",
		program: body(
			"const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 1024 }); new Uint8Array(m.buffer).fill(1); a.push(m); }",
		),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B04 makes shared buffers",
		program: body(
			"const a = []; for (;;) a.push(new Uint8Array(new WebAssembly.Memory({ initial: 256, maximum: 256, shared: true }).buffer).fill(1));",
		),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B05 reserves resizable buffers",
		program: body(
			"const a = []; for (let i = 0; i < 1e4; i++) a.push(new ArrayBuffer(8, { maxByteLength: 8 * 2 ** 30 })); return a.length;",
		),
		ends: contained("memory_exceeded", "cpu_exceeded", "program_threw"),
		limits: ROOMY,
	},
	{ name: "B06 spreads a string", program: body("return [...'.'.repeat(5e8)].length;"), ends: MEMORY, limits: ROOMY },
	{
		name: "B07 parses deep JSON",
		program: body("return JSON.parse('['.repeat(1e7) + ']'.repeat(1e7)).length;"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B07 writes wide JSON",
		program: body("let a = ['x'.repeat(1000)]; for (let i = 0; i < 40; i++) a = [a, a]; return JSON.stringify(a).length;"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B08 makes promises for ever",
		program: body("const a = []; for (;;) a.push(new Promise(() => {}));"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B09 sets a million timers",
		program: body("for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6); return 1;"),
		ends: fails("program_threw", "cpu_exceeded", "memory_exceeded"),
		limits: ROOMY,
	},
	{
		name: "B10 normalises a bomb",
		program: body("const a = []; for (;;) a.push('\\uFDFA'.repeat(2 ** 22).normalize('NFKD'));"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B11 makes formatters for ever",
		program: body("const a = []; for (;;) a.push(new Intl.DateTimeFormat('de', { timeZone: 'Asia/Tokyo' }));"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B12 fills Headers and FormData",
		program: body("const f = new FormData(); for (;;) f.append('a', 'x'.repeat(1e5));"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B12 fills Blobs",
		program: body("const a = []; for (;;) a.push(new Blob([new Uint8Array(8 << 20)]));"),
		ends: MEMORY,
		limits: ROOMY,
	},
	{
		name: "B13 thrashes near its limit",
		program: body(
			"const a = Array.from({ length: 1.2e6 }, (_, i) => ({ i, s: 'x' + i })); for (;;) { let b = []; for (let i = 0; i < 1e5; i++) b.push({ i }); if (b.length < 0) return a; }",
		),
		ends: fails("cpu_exceeded", "memory_exceeded", "wall_time_exceeded"),
		limits: { cpuMs: 1_500 },
	},
	{
		name: "B14 builds a deep chain of proxies",
		program: body(
			"let p = {}; for (let i = 0; i < 2e5; i++) p = new Proxy(p, {}); try { Object.getPrototypeOf(p); } catch (e) { return e.name; }",
		),
		ends: gives("RangeError"),
		limits: ROOMY,
	},
	{
		name: "B14 returns a deep chain",
		program: body("let a = 1; for (let i = 0; i < 1e6; i++) a = [a]; return a;"),
		ends: fails("result_not_serializable", "result_too_large"),
		limits: ROOMY,
	},
	{
		name: "B16 reads one half of a tee",
		program: body(
			"const s = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1 << 20)); } }); const [a] = s.tee(); const r = a.getReader(); for (;;) await r.read();",
		),
		ends: fails("memory_exceeded", "cpu_exceeded", "wall_time_exceeded"),
		limits: ROOMY,
	},
	{ name: "B17 doubles a string", program: body("let s = 'x'; for (;;) s += s;"), ends: fails("program_threw"), limits: ROOMY },
	{ name: "B18 makes a huge array", program: body("return new Array(2 ** 32 - 1).fill(0).length;"), ends: MEMORY, limits: ROOMY },
];
