import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { makeJob, runProgram } from "./run-program.ts";
import { startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const linesOf = async (body: string): Promise<string[]> => {
	const { outcome, logs } = await runProgram(workerd, `export default async () => { ${body} }`);
	expect(outcome.kind).toBe("returned");
	return logs.map((line) => line.text);
};

describe("a console line", () => {
	const shown: [code: string, text: string][] = [
		["console.log('a', 1, true, null, undefined, -0, 10n)", "a 1 true null undefined -0 10n"],
		[
			"console.log('%s is %d of %i, %f %j %o%c %%', 'x', '4', 4.7, 0.5, { a: 1 }, [1], 'color: red', 'rest')",
			"x is 4 of 4, 0.5 { a: 1 } [ 1 ] % rest",
		],
		["console.log('%s')", "%s"],
		["console.log('100%', 'sure')", "100% sure"],
		["console.log('%s', '%s', 'literal')", "%s literal"],
		[
			"console.log({ s: \"it's\", 'a b': [, 1], f() {}, k: class K {}, get g() { throw 1 }, set h(v) {} })",
			"{\n  s: \"it's\",\n  'a b': [ undefined, 1 ],\n  f: [Function: f],\n  k: [class: K],\n  g: [Getter],\n  h: [Setter]\n}",
		],
		[
			"console.log(new Map([['a', new Set([1])]]), new Date(0), /x/g, Symbol('s'), new Uint8Array(2))",
			"Map(1) { 'a' => Set(1) { 1 } } 1970-01-01T00:00:00.000Z /x/g Symbol(s) Uint8Array(2) [ 0, 0 ]",
		],
		[
			"console.log(new (class User { name = 'u' })(), Object.create(null), new Date(NaN))",
			"User { name: 'u' } [Object: null prototype] {} Invalid Date",
		],
		[
			"const a = { b: { c: { d: { e: { f: {} } } } } }; a.self = a; console.log(a)",
			"{ b: { c: { d: { e: { f: [Object] } } } }, self: [Circular] }",
		],
		[
			"console.log(new Array(12).fill('entry no. 7'), new Array(3))",
			"[\n  'entry no. 7', 'entry no. 7', 'entry no. 7', 'entry no. 7', 'entry no. 7',\n  'entry no. 7', 'entry no. 7', 'entry no. 7', 'entry no. 7', 'entry no. 7',\n  'entry no. 7', 'entry no. 7'\n] [ undefined, undefined, undefined ]",
		],
		["console.log(new Array(102).fill(7).length, String(new Array(1e6)).length, [new Array(101)].length)", "102 999999 1"],
		["console.log(new Proxy({}, { ownKeys() { throw 1 } }), new Proxy({ a: 1 }, {}))", "[unreadable] { a: 1 }"],
		["const r = Proxy.revocable({}, {}); r.revoke(); console.log(r.proxy)", "[unreadable]"],
		["console.log(Object.defineProperty({}, 'constructor', { get() { throw 1 }, enumerable: true }))", "{ constructor: [Getter] }"],
		["console.log(new Error('boom', { cause: 1 }))", "Error: boom\n    at default (main.ts:1:42)"],
		["console.error(new AggregateError([], ''))", "AggregateError\n    at default (main.ts:1:44)"],
		["console.log({ toString() { throw 1 }, toJSON() { throw 2 }, [Symbol.toPrimitive]() { throw 3 } }.x)", "undefined"],
	];
	it.each(shown)("of %s", async (code, text) => {
		const lines = await linesOf(code);
		expect(lines).toEqual([text]);
	});
	it("names how many entries it leaves out", async () => {
		const [line] = await linesOf("console.log(new Array(102).fill(7), new Set(Array(3)))");
		expect(line).toContain("7, ... 2 more\n]");
	});
	it("keeps control characters and format strings as they are", async () => {
		expect(await linesOf("console.log('\\u001b[31mred\\u0000\\u2028', '%s')")).toEqual(["\u001b[31mred\u0000\u2028 %s"]);
	});
});

describe("the console's methods", () => {
	it("all end in lines with a level, in order", async () => {
		const { logs } = await runProgram(
			workerd,
			`export default () => { console.debug('d'); console.info('i'); console.log('l'); console.warn('w'); console.error('e'); console.trace('t'); console.dir({ a: 1 }); console.dirxml('x'); console.table([{ a: 1 }]); console.assert(false, 'no'); console.assert(true, 'yes'); }`,
		);
		expect(logs.map((line) => [line.seq, line.level, line.text])).toEqual([
			[1, "debug", "d"],
			[2, "info", "i"],
			[3, "log", "l"],
			[4, "warn", "w"],
			[5, "error", "e"],
			[6, "log", "Trace: t"],
			[7, "log", "{ a: 1 }"],
			[8, "log", "x"],
			[9, "log", "[ { a: 1 } ]"],
			[10, "error", "Assertion failed: no"],
		]);
	});
	it("indent inside groups and count by label", async () => {
		expect(
			await linesOf(
				"console.group('g'); console.log('in'); console.groupEnd(); console.groupEnd(); console.log('out'); console.count(); console.count('c'); console.count(); console.countReset(); console.count();",
			),
		).toEqual(["g", "  in", "out", "default: 1", "c: 1", "default: 2", "default: 1"]);
	});
	it("time by label, and say nothing of a label that was not started", async () => {
		const lines = await linesOf(
			"console.time('t'); console.timeLog('t', 'x'); console.timeEnd('t'); console.timeEnd('t'); console.timeLog();",
		);
		expect(lines.map((line) => line.replace(/\d+/, "N"))).toEqual(["t: Nms x", "t: Nms"]);
	});
	it("that do nothing exist: clear, profile, profileEnd, timeStamp", async () => {
		expect(await linesOf("console.clear(); console.profile(); console.profileEnd(); console.timeStamp();")).toEqual([]);
	});
	it("reportError() is a line too", async () => {
		expect(await linesOf("reportError('gone wrong')")).toEqual(["gone wrong"]);
	});
	it("may be replaced or deleted by the program", async () => {
		expect(
			await linesOf("console.log('before'); globalThis.console = new Proxy({}, { get() { throw 1 } }); delete globalThis.console;"),
		).toEqual(["before"]);
	});
});

describe("the log of a run", () => {
	it("keeps lines to the limit and counts the rest", async () => {
		const at = await runProgram(workerd, `export default () => { for (let i = 0; i < ${LIMITS.logLines}; i += 1) console.log(i); }`);
		expect([at.logs.length, at.logsDropped]).toEqual([LIMITS.logLines, 0]);
		const over = await runProgram(workerd, `export default () => { for (let i = 0; i < ${LIMITS.logLines + 5}; i += 1) console.log(i); }`);
		expect([over.logs.length, over.logsDropped, over.logs.at(-1)?.text]).toEqual([LIMITS.logLines, 5, String(LIMITS.logLines - 1)]);
	});
	it("keeps lines to the limit whichever method makes them", async () => {
		const { logs, logsDropped } = await runProgram(
			workerd,
			`export default () => { for (let i = 0; i < ${LIMITS.logLines + 5}; i += 1) console.count(); }`,
		);
		expect([logs.length, logsDropped]).toEqual([LIMITS.logLines, 5]);
	});
	it("cuts a line at the limit with a mark", async () => {
		const [at, over] = await linesOf(
			`console.log("x".repeat(${LIMITS.logLineChars})); console.log("x".repeat(${LIMITS.logLineChars + 1}));`,
		);
		expect(at).toBe("x".repeat(LIMITS.logLineChars));
		expect(over).toBe(`${"x".repeat(LIMITS.logLineChars - 1)}…`);
	});
	it("keeps text to the limit of all lines together", async () => {
		const lines = LIMITS.logChars / LIMITS.logLineChars;
		const { logs, logsDropped } = await runProgram(
			workerd,
			`export default () => { for (let i = 0; i <= ${lines}; i += 1) console.log("x".repeat(${LIMITS.logLineChars})); }`,
		);
		expect([logs.length, logsDropped]).toEqual([lines, 1]);
	});
	it("bounds what huge values cost: wide, deep, many lines of a hundred kilobytes", async () => {
		const { logs, logsDropped } = await runProgram(
			workerd,
			`export default () => { const wide = Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => ["k" + i, "v".repeat(1e3)])); console.log(wide); let deep = {}; for (let i = 0; i < 1e4; i += 1) deep = { deep }; console.log(deep); for (let i = 0; i < 2e4; i += 1) console.log("y".repeat(1e5)); }`,
		);
		expect(logs.every((line) => line.text.length <= LIMITS.logLineChars)).toBe(true);
		expect(logs.length + logsDropped).toBe(20_002);
	});
	it("is closed when the run has ended", async () => {
		const { logs } = await runProgram(
			workerd,
			"export default () => { setTimeout(() => console.log('late'), 0); console.log('in time'); }",
		);
		expect(logs.map((line) => line.text)).toEqual(["in time"]);
	});
	it("is also printed at once, a line of output each, where a supervisor asks for it", async () => {
		const job = await makeJob(
			workerd,
			"export default () => { console.warn('spooled\\nline', { a: 1 }, '\\u2028'); return 'end of spool'; }",
		);
		expect(await workerd.post("/spool", job)).toContain("end of spool");
		await workerd.outputHas("spooled");
		const line = workerd
			.output()
			.split("\n")
			.find((text) => text.includes("spooled"));
		expect(line?.startsWith("\u001ecordon-log {")).toBe(true);
		expect(JSON.parse(line?.slice("\u001ecordon-log ".length) ?? "")).toEqual({
			seq: 1,
			atMs: expect.any(Number),
			level: "warn",
			text: "spooled\nline { a: 1 } \u2028",
		});
	});
	it("is printed nowhere otherwise", async () => {
		await linesOf("console.log('not printed')");
		expect(workerd.output()).not.toContain("not printed");
	});
});
