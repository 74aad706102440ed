import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { errorOf, resultOf, runProgram } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const clockMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const grants: GrantShape[] = [{ name: "tool", verb: "tool.call", methods: ["ask"], streams: [] }];
const program = (body: string): string => `export default async (input, env) => { ${body} }`;
const valueAt = (atMs: number | null): string => JSON.stringify({ kind: "value", value: "null", atMs });

describe("the program's clock", () => {
	it.each([
		["Date.now()", clockMs],
		["+new Date()", clockMs],
		["new Date().toISOString()", "2026-01-02T03:04:05.678Z"],
		["Date()", "Fri Jan 02 2026 03:04:05 GMT+0000 (Coordinated Universal Time)"],
		["performance.timeOrigin", clockMs],
		["performance.now()", 0],
		["new Intl.DateTimeFormat('en-US').format()", "1/2/2026"],
		["new Intl.DateTimeFormat('en-US').formatToParts()[4].value", "2026"],
		["[undefined, 0].map(new Intl.DateTimeFormat('en-US').format).join()", "1/2/2026,1/1/1970"],
		["new File(['a'], 'a').lastModified", clockMs],
		["(() => { const f = new FormData(); f.set('a', new Blob(['a'])); return f.get('a').lastModified; })()", clockMs],
	])("%s is %j when it starts", async (expression, value) => {
		expect(await resultOf(workerd, program(`return ${expression};`), { clockMs })).toBe(value);
	});
	it("stands still while the program works, however long", async () => {
		const body = "const before = Date.now(); for (let i = 0; i < 3e7; i += 1); await new Response('x').text(); return Date.now() - before;";
		expect(await resultOf(workerd, program(body))).toBe(0);
	});
	it("is at the time of an answer when the answer comes, and never goes back", async () => {
		const times = [50, 20, null, 70];
		workerd.answerWith(() => valueAt(((ms) => (ms === null || ms === undefined ? null : clockMs + ms))(times.shift())));
		const body = "const out = []; for (let i = 0; i < 4; i += 1) { await env.tool.ask(i); out.push(performance.now()); } return out;";
		expect(await resultOf(workerd, program(body), { clockMs, grants })).toEqual([50, 50, 50, 70]);
	});
	it("stamps console lines and console.time", async () => {
		workerd.answerWith(() => valueAt(clockMs + 42));
		const body = "console.log('a'); console.time('t'); await env.tool.ask(); console.log('b'); console.timeEnd('t');";
		const { logs } = await runProgram(workerd, program(body), { clockMs, grants });
		expect(logs.map(({ atMs, text }) => [atMs - clockMs, text])).toEqual([
			[0, "a"],
			[42, "b"],
			[42, "t: 42ms"],
		]);
	});
	it("leaves dates that are given as they are", async () => {
		const body = `class Day extends Date { get year() { return this.getUTCFullYear(); } }
			return [new Date(0), new Date(2020, 1), new Date("2020-01-01"), Date.UTC(2020), Date.parse("2020"), Date.length, Date.name, new Date() instanceof Date, new Day(0).year, new Day().year,
				Object.prototype.toString.call(new Date()), structuredClone(new Date(5)), Date.prototype.constructor === Date, new File(["a"], "n", { lastModified: 7, type: "text/css" }).lastModified];`;
		expect(await resultOf(workerd, program(body), { clockMs })).toEqual([
			...[new Date(0), new Date(Date.UTC(2020, 1)), new Date("2020-01-01"), Date.UTC(2020), Date.parse("2020"), 7, "Date", true],
			...[1970, 2026, "[object Date]", new Date(5), true, 7],
		]);
	});
});

describe("the real clock, real timers and real chance", () => {
	const ways: [what: string, expression: string][] = [
		["the constructor of a date", "new Date(0).constructor === Date && Object.getPrototypeOf(new Date()).constructor === Date"],
		[
			"the prototypes of the global object",
			"(() => { for (let o = Object.getPrototypeOf(globalThis); o; o = Object.getPrototypeOf(o)) for (const n of ['Date', 'setTimeout', 'setInterval', 'clearTimeout', 'crypto', 'performance', 'scheduler', 'Request', 'Response', 'File']) { const p = Object.getOwnPropertyDescriptor(o, n); if (p && p.value !== globalThis[n]) return n; } return true; })()",
		],
		["performance", "performance.constructor === undefined && Object.getPrototypeOf(performance) === null"],
		["scheduler", "scheduler.constructor === undefined && Object.getPrototypeOf(scheduler) === null"],
		[
			"the prototype of crypto",
			"(() => { for (const f of [() => crypto.constructor.prototype.getRandomValues.call(crypto, new Uint8Array(1)), () => Object.getOwnPropertyDescriptor(Object.getPrototypeOf(crypto), 'subtle')?.get.call(crypto).digest]) { try { f(); return false; } catch {} } return crypto instanceof Crypto; })()",
		],
		[
			"the prototype of crypto.subtle",
			"(async () => { try { await Object.getPrototypeOf(crypto.subtle).generateKey.call(crypto.subtle, 'Ed25519', true, ['sign', 'verify']); return false; } catch { return true; } })()",
		],
		[
			"constructors of instances",
			"new Request('https://x.test/').constructor === Request && new Response('').constructor === Response && new File([], 'a').constructor === File && Response.json({}) instanceof Response && new Response('').clone().constructor === Response",
		],
		["Atomics.waitAsync", "typeof Atomics.waitAsync === 'undefined'"],
		["SharedArrayBuffer", "typeof SharedArrayBuffer === 'undefined'"],
		["an event's time", "new Event('x').timeStamp === 0"],
		[
			"a second harness",
			"(async () => { const name = '../harness.js'; const H = (await import(name)).default; try { await new H({}, {}).run('{}'); return false; } catch (e) { return e.message.includes('has had its run'); } })()",
		],
		[
			"the harness's modules",
			"(async () => { const name = '../realm.js'; const realm = (await import(name)).captureRealm(); return realm.now() === Date.now() && realm.setTimeout !== undefined; })()",
		],
	];
	it.each(ways)("are not reached through %s", async (_what, expression) => {
		expect(await resultOf(workerd, program(`return await (${expression});`), { clockMs })).toBe(true);
	});
	it("are no part of anything that the harness's modules export", async () => {
		const names = [
			"primordials",
			"realm",
			"web",
			"timers",
			"timeline",
			"clock",
			"random",
			"crypto",
			"subtle",
			"globals",
			"console",
			"time-globals",
			"timer-globals",
			"body-globals",
			"frames",
			"forms",
		];
		const body = `const found = []; const real = Date.now() + 1000;
			for (const name of input) for (const [key, value] of Object.entries(await import("../" + name + ".js"))) {
				if (typeof value !== "function") continue;
				for (const make of [() => value(), () => new value()]) { try { const made = make(); if (Number.isFinite(made) && made > real || made instanceof Date && made > real) found.push(name + "." + key); } catch {} }
			}
			return found;`;
		expect(await resultOf(workerd, program(body), { clockMs, input: names })).toEqual([]);
	});
});

describe("weak references", () => {
	it("hold what they point to, and no registry calls back", async () => {
		const body = `const ref = new WeakRef({ a: 1 }); let called = 0; const registry = new FinalizationRegistry(() => { called += 1; }); const token = {};
			for (let i = 0; i < 200; i += 1) registry.register(new Uint8Array(1e5), i, token);
			await new Promise((resolve) => setTimeout(resolve, 5));
			let refused = 0; try { new WeakRef(1); } catch { refused += 1; } try { new FinalizationRegistry(); } catch { refused += 1; } try { WeakRef({}); } catch { refused += 1; }
			return [ref.deref(), called, registry.unregister(token), registry.unregister(token), refused, WeakRef.name, String(ref)];`;
		expect(await resultOf(workerd, program(body))).toEqual([{ a: 1 }, 0, true, false, 3, "WeakRef", "[object WeakRef]"]);
	});
});

describe("timers", () => {
	it("fire by their time, then in the order in which they were made, each at its own time", async () => {
		const body = `const out = []; const start = Date.now(); const note = (name) => out.push(name + "@" + (Date.now() - start));
			setTimeout(note, 3, "c"); setTimeout(note, 1, "a"); setTimeout(note, 1, "b"); setTimeout(note, 0, "zero"); setTimeout(note, -5, "negative"); setTimeout(note, NaN, "nan"); setTimeout(note, 2 ** 31, "wrapped"); setTimeout(note, "2", "text");
			queueMicrotask(() => note("micro")); clearTimeout(setTimeout(note, 1, "never")); clearTimeout("nothing"); clearInterval(99);
			await scheduler.wait(4); note("waited"); return out;`;
		expect(await resultOf(workerd, program(body))).toEqual([
			...["micro@0", "a@1", "b@1", "zero@1", "negative@1", "nan@1", "wrapped@1", "text@2", "c@3", "waited@4"],
		]);
	});
	it("really wait", async () => {
		const begin = performance.now();
		expect(await resultOf(workerd, program("await new Promise((resolve) => setTimeout(resolve, 120)); return 'done';"))).toBe("done");
		expect(performance.now() - begin).toBeGreaterThan(100);
	});
	it("wait for their delay and no longer, though the real clock is far behind the program's", async () => {
		const body = "await new Promise((resolve) => setTimeout(resolve, 40)); return performance.now();";
		expect(await resultOf(workerd, program(body), { clockMs: Date.now() + 3_600_000 })).toBe(40);
	});
	it("that were due before the program was executed again do not wait", async () => {
		const day = 24 * 3600 * 1000;
		const body = "await new Promise((resolve) => setTimeout(resolve, input)); return Date.now();";
		expect(await resultOf(workerd, program(body), { clockMs, input: day })).toBe(clockMs + day);
	});
	it("of a program that slept fire before an answer that was given later", async () => {
		workerd.answerWith(() => valueAt(clockMs + 1_000_000));
		const body = `const out = []; const note = (name) => () => out.push(name + "@" + performance.now());
			for (const ms of [10, 500, 2_000_000]) setTimeout(note("timer"), ms); await env.tool.ask().then(note("answer")); return out;`;
		expect(await resultOf(workerd, program(body), { clockMs, grants })).toEqual(["timer@10", "timer@500", "answer@1000000"]);
	});
	it("repeat until they are cleared, also by themselves", async () => {
		const body = `const out = []; return await new Promise((resolve) => { const id = setInterval((step) => { out.push(performance.now()); if (out.length === 3) { clearInterval(id); setTimeout(resolve, 20, out); } }, 5, 1); });`;
		expect(await resultOf(workerd, program(body))).toEqual([5, 10, 15]);
	});
	it("go on when a callback throws, which is logged", async () => {
		const { outcome, logs } = await runProgram(
			workerd,
			program("setTimeout(() => { throw new TypeError('in a timer'); }, 0); await scheduler.wait(1); return 'on';"),
		);
		expect(outcome).toEqual({ kind: "returned", result: "on" });
		expect(logs[0]).toMatchObject({ level: "error", text: expect.stringContaining("Uncaught TypeError: in a timer") });
	});
	it("abort signals, and waits give up with theirs", async () => {
		const body = `const signal = AbortSignal.timeout(30); const fired = new Promise((resolve) => signal.addEventListener("abort", () => resolve(performance.now())));
			const out = [await fired, signal.reason.name, signal instanceof AbortSignal];
			try { await scheduler.wait(1e6, { signal: AbortSignal.timeout(10) }); } catch (e) { out.push(e.name, performance.now()); }
			try { await scheduler.wait(1e6, { signal: AbortSignal.abort("no") }); } catch (e) { out.push(e); }
			return out;`;
		expect(await resultOf(workerd, program(body))).toEqual([30, "TimeoutError", true, "TimeoutError", 40, "no"]);
	});
	it("are at most 10,000 at a time", async () => {
		const body = `let made = 0; const ids = []; try { for (;;) { ids.push(setTimeout(() => {}, 1e6)); made += 1; } } catch (e) { ids.forEach(clearTimeout); setTimeout(() => {}, 1); return [made, e.name]; }`;
		expect(await resultOf(workerd, program(body))).toEqual([10_000, "QuotaExceededError"]);
	});
	it("refuse what is no function", async () => {
		expect(await errorOf(workerd, program("setTimeout('alert(1)', 0)"))).toMatchObject({ name: "TypeError" });
	});
	it("keep their order by the thousand, cleared at random", async () => {
		const body = `const fired = []; let x = 1; const next = () => (x = (x * 48271) % 2147483647); const kept = [];
			for (let i = 0; i < 3000; i += 1) { const ms = 1 + next() % 500; const id = setTimeout(() => fired.push([ms, i]), ms); if (next() % 3 === 0) clearTimeout(id); else kept.push([ms, i]); }
			await scheduler.wait(600); kept.sort((a, b) => a[0] - b[0] || a[1] - b[1]); return JSON.stringify(fired) === JSON.stringify(kept);`;
		expect(await resultOf(workerd, program(body), { clockMs })).toBe(true);
	});
});
