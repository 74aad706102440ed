import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { resultOf } from "./run-program.ts";
import { type GateRequest, startWorkerd, type TestWorkerd } from "./start-workerd.ts";
import { warmRuns } from "./warm-runs.ts";

let workerd: TestWorkerd;
let asked: GateRequest[] = [];
const answerWithToken = (call: GateRequest): string => {
	asked.push(call);
	return JSON.stringify({ kind: "value", value: JSON.stringify(call.token), atMs: null });
};
beforeAll(async () => {
	workerd = await startWorkerd();
	workerd.answerWith(answerWithToken);
});
afterAll(() => workerd.close());

const grants: GrantShape[] = [{ name: "tool", verb: "tool.call", methods: ["ask"], streams: [] }];
const COUNTER = "let count = 0; export default async () => { count += 1; return count; }";
const main = (body: string, before = ""): string => `${before}\nexport default async (input, env) => { ${body} }`;

describe("module state of a warm isolate", () => {
	it("lingers from run to run of one name, and of no other", async () => {
		const runs = warmRuns(workerd, COUNTER);
		expect([await runs.result(), await runs.result(), await runs.result()]).toEqual([1, 2, 3]);
		expect(await warmRuns(workerd, COUNTER).result()).toBe(1);
		expect(await resultOf(workerd, COUNTER)).toBe(1);
	});
	it("is gone when nobody said that the isolate may be used again", async () => {
		const runs = warmRuns(workerd, COUNTER);
		expect([await runs.result(), await runs.result({ keeps: false }), await runs.result()]).toEqual([1, 2, 1]);
	});
	it("is never two runs' at a time", async () => {
		const runs = warmRuns(workerd, `let busy = 0; ${main("busy += 1; const seen = busy; await env.tool.ask({}); return seen;")}`);
		expect(await runs.result({ grants })).toBe(1);
		const asking = Promise.withResolvers<void>();
		let count = 0;
		// Neither is answered before both have asked.
		workerd.answerWith(async (call) => {
			count += 1;
			if (count === 2) asking.resolve();
			await asking.promise;
			return answerWithToken(call);
		});
		const both = await Promise.all([runs.result({ grants }), runs.result({ grants })]);
		workerd.answerWith(answerWithToken);
		expect(both.toSorted()).toEqual([1, 2]);
	});
	it("has what a program did to its globals and prototypes", async () => {
		const runs = warmRuns(
			workerd,
			main(
				"const seen = [globalThis.left ?? 0, [].last === undefined, Object.keys(globalThis).includes('left')]; globalThis.left = 1; Array.prototype.last = 1; return seen;",
			),
		);
		expect(await runs.result()).toEqual([0, true, false]);
		expect(await runs.result()).toEqual([1, false, true]);
	});
});

describe("a run in a warm isolate", () => {
	it("has its own clock and its own chance, also through what its module took when it was loaded", async () => {
		const taken =
			"const now = Date.now; const random = Math.random; const uuid = crypto.randomUUID; const { getRandomValues } = crypto; const D = Date;";
		const program = main(
			"return [now(), +new D(), performance.timeOrigin, new Intl.DateTimeFormat('en-US').format(), random(), uuid(), getRandomValues(new Uint8Array(4)).join(), new File([], 'a').lastModified];",
			taken,
		);
		const runs = warmRuns(workerd, program);
		const days = [Date.UTC(2026, 0, 2), Date.UTC(2027, 3, 4)];
		for (const [index, clockMs] of days.entries()) {
			const options = { clockMs, seed: String(index + 1).repeat(64) };
			expect(await runs.result(options)).toEqual(await resultOf(workerd, program, options));
		}
	});
	it("has its input and no other", async () => {
		const runs = warmRuns(workerd, main("return [input, Object.keys(globalThis).some((key) => globalThis[key] === 'first')];"));
		expect(await runs.result({ input: "first" })).toEqual(["first", false]);
		expect(await runs.result({ input: "second" })).toEqual(["second", false]);
	});
	it("calls with its own authority", async () => {
		const runs = warmRuns(workerd, main("return await env.tool.ask();"));
		expect(await runs.result({ grants, token: "one" })).toBe("one");
		expect(await runs.result({ grants, token: "two" })).toBe("two");
	});
	it("has nothing that its own job does not grant", async () => {
		const runs = warmRuns(workerd, main("return Object.keys(env);"));
		expect(await runs.result({ grants })).toEqual(["tool"]);
		expect(await runs.result()).toEqual([]);
	});
	it.each([
		["a grant's object", "kept.tool.ask()"],
		["a method", "ask()"],
		["fetch of a grant", "kept.web.fetch('https://a.test/')"],
	])("is refused with the env of an earlier one: %s", async (_what, call) => {
		const web: GrantShape = { name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] };
		const program = main(
			`if (kept === undefined) { kept = env; ask = env.tool.ask; return await ask(); } try { return await ${call}; } catch (error) { return [error.name, error.code]; }`,
			"let kept, ask;",
		);
		const runs = warmRuns(workerd, program);
		expect(await runs.result({ grants: [...grants, web], token: "one" })).toBe("one");
		asked = [];
		expect(await runs.result({ grants: [...grants, web], token: "two" })).toEqual(["CordonError", "run_ended"]);
		expect(asked).toEqual([]);
	});
	it("reads its own answers in parts, and is refused with one that an earlier one began", async () => {
		const streaming: GrantShape[] = [{ name: "llm", verb: "ai.complete", methods: ["stream"], streams: ["stream"] }];
		const program = main(
			`const read = async (stream) => { const parts = []; for await (const part of stream) parts.push(part); return [parts, await stream.result]; };
			if (kept !== undefined) try { await read(kept); } catch (error) { return [error.code, await read(env.llm.stream(2))]; }
			kept = env.llm.stream(1); return await read(env.llm.stream(2));`,
			"let kept;",
		);
		const part = (value: number) => `${JSON.stringify({ kind: "part", value: String(value), atMs: null })}\n`;
		const last = `${JSON.stringify({ kind: "value", value: "3", atMs: null })}\n`;
		workerd.answerWith((call) => (call.method === "stream" ? part(1) + part(2) + last : answerWithToken(call)));
		const runs = warmRuns(workerd, program);
		const whole = [[1, 2], 3];
		expect(await runs.result({ grants: streaming })).toEqual(whole);
		expect(await runs.result({ grants: streaming })).toEqual(["run_ended", whole]);
		workerd.answerWith(answerWithToken);
	});
	it("does not see the timers of an earlier one fire, nor clears its own by their numbers", async () => {
		const program = main(
			`if (ids === undefined) { ids = [setTimeout(() => { fired += 1; }, 20), setInterval(() => { fired += 1; }, 5)]; return null; }
			let own = 0; const mine = [1, 2, 3].map(() => setTimeout(() => { own += 1; }, 30));
			for (const id of ids) clearTimeout(id);
			await new Promise((r) => setTimeout(r, 80)); return [fired, own, mine.some((id) => ids.includes(id))];`,
			"let ids; let fired = 0;",
		);
		const runs = warmRuns(workerd, program);
		await runs.result();
		expect(await runs.result()).toEqual([0, 3, false]);
	});
	it("has its own lines alone, from the first on, and counts and groups from nothing", async () => {
		const program = main(
			`log('run', input); console.count(); console.group('in'); said.log('kept');
			if (input === 1) setTimeout(() => console.log('late'), 10); else await new Promise((r) => setTimeout(r, 40));
			(async () => { for (let i = 0; i < 50; i += 1) await null; console.log('after the end of', input); })();`,
			"const log = console.log; const said = console;",
		);
		const runs = warmRuns(workerd, program);
		const texts = async (input: number) => (await runs.answer({ input })).logs.map(({ seq, text }) => `${seq} ${text}`);
		expect(await texts(1)).toEqual(["1 run 1", "2 default: 1", "3 in", "4   kept"]);
		expect(await texts(2)).toEqual(["1 run 2", "2 default: 1", "3 in", "4   kept"]);
	});
	it("is not answered by what an earlier one left waiting, and is told so when it waits for that", async () => {
		const program = main(
			`if (input === 1) { left = (async () => { try { await env.tool.ask(); } finally { return 'late'; } })(); made = new Promise((r) => { settle = r; }); return 1; }
			settle('late');
			return await Promise.all([left, made].map((each) => each.catch((error) => error.message.slice(0, 69))));`,
			"let left, made, settle;",
		);
		const runs = warmRuns(workerd, program);
		expect(await runs.result({ input: 1, grants })).toBe(1);
		const said = "This promise was created by a request that has since ended, so it can";
		expect(await runs.result({ input: 2, grants })).toEqual([said, said]);
	});
	it("does not go on with work of the runtime that an earlier one left under way", async () => {
		const leave = `
			const turn = (what, next) => { const go = () => next().then(() => { seen[what] = (seen[what] ?? 0) + 1; console.log('left', what); if (seen[what] < 200) go(); }, () => {}); go(); };
			turn('digest', () => crypto.subtle.digest('SHA-256', new Uint8Array(1 << 16)));
			turn('blob', () => new Blob(['a'.repeat(1 << 16)]).arrayBuffer());
			turn('body', () => new Response('a'.repeat(1 << 16)).text());
			turn('timer', () => scheduler.wait(1));
			const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { seen.port = (seen.port ?? 0) + 1; console.log('left port'); if (seen.port < 200) port2.postMessage(1); }; port2.postMessage(1);
			const ping = new TransformStream(); const writer = ping.writable.getWriter(); turn('stream', async () => { await writer.write(1); });
			(async () => { for await (const _ of ping.readable) { seen.read = (seen.read ?? 0) + 1; console.log('left read'); } })();`;
		const program = main(
			`if (input === 1) { ${leave} return 1; } const before = JSON.stringify(seen); await new Promise((r) => setTimeout(r, 100)); return before === JSON.stringify(seen);`,
			"const seen = {};",
		);
		const runs = warmRuns(workerd, program);
		await runs.result({ input: 1 });
		const { outcome, logs } = await runs.answer({ input: 2 });
		expect([outcome, logs]).toEqual([{ kind: "returned", result: true }, []]);
	});
	it("finds its harness as it was, whatever an earlier one did to the language", async () => {
		const body = `
			if (input === 'break') {
				const evil = function () { stolen.push(this, ...arguments); return 'evil'; };
				Object.prototype.call = evil;
				for (const name of ['isReplay', 'liveMs', 'timeline', 'streams', 'grants', 'isolate', 'kind', 'frame']) Object.defineProperty(Object.prototype, name, { set: evil, get: evil, configurable: true });
				for (const [holder, names] of [[JSON, ['parse', 'stringify']], [Reflect, ['apply', 'construct']], [Object, ['create', 'freeze', 'defineProperty', 'hasOwn']],
					[Map.prototype, ['get', 'set']], [WeakMap.prototype, ['get', 'set']], [String.prototype, ['slice', 'indexOf']], [Function.prototype, ['call', 'apply', 'bind']], [Math, ['floor', 'min']]])
					for (const name of names) holder[name] = evil;
				Array.prototype[Symbol.iterator] = evil;
				globalThis.Map = globalThis.WeakMap = globalThis.Promise = evil;
				return 'broken';
			}
			console.log('still', { a: [1] });
			const token = await env.tool.ask({ b: [2] });
			setTimeout(() => {}, 5);
			return { token, stolen: stolen.length, now: Date.now() };`;
		const runs = warmRuns(workerd, main(body, "const stolen = [];"));
		expect(await runs.result({ input: "break", grants })).toBe("broken");
		asked = [];
		const { outcome, logs } = await runs.answer({ input: "use", grants, token: "two", clockMs: 86_400_000 });
		expect(outcome).toEqual({ kind: "returned", result: { token: "two", stolen: 0, now: 86_400_000 } });
		expect(logs.map(({ text }) => text)).toEqual(["still { a: [ 1 ] }"]);
		expect(asked).toMatchObject([{ token: "two", method: "ask", args: '[{"b":[2]}]' }]);
	});
	it("does not run where every object has a call that cannot be taken away", async () => {
		const runs = warmRuns(workerd, main("Object.defineProperty(Object.prototype, 'call', { value: () => 'evil' }); return 1;"));
		expect(await runs.result()).toBe(1);
		expect((await runs.outcome()).kind).toBe("silent");
	});
	it("has a harness that no program puts another in the place of, or runs by itself", async () => {
		const body = `
			const name = '../harness.js'; const Harness = (await import(name)).default; const tried = [];
			for (const go of [() => { Harness.prototype.run = () => 'evil'; }, () => { Object.setPrototypeOf(Harness, class {}); }, () => { Object.setPrototypeOf(Harness.prototype, {}); }])
				try { go(); tried.push('done'); } catch { tried.push('refused'); }
			for (const isolate of [null, 'guess']) setTimeout(async () => { try { await Harness.prototype.run.call({ env: {}, ctx: { props: { grants: {} } } }, JSON.stringify({ isolate })); left.push('ran'); } catch (error) { left.push(error.message.includes('has had its run')); } }, 1);
			await new Promise((r) => setTimeout(r, 20));
			return [tried, left.splice(0)];`;
		const runs = warmRuns(workerd, main(body, "const left = [];"));
		const held = [
			["refused", "refused", "refused"],
			[true, true],
		];
		expect([await runs.result(), await runs.result()]).toEqual([held, held]);
	});
});
