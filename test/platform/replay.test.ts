import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Budget } from "../../contract/budgets.ts";
import { AgentReplay } from "../../contract/replays.ts";
import { endingTests } from "./replay-endings.ts";
import { forkTests } from "./replay-forks.ts";
import { planTests } from "./replay-plans.ts";
import { type ReplaySetting, startReplaySetting } from "./replay-setting.ts";
import { makeAgent, pollUntil } from "./start-platform.ts";

let setting: ReplaySetting;
beforeAll(async () => {
	setting = await startReplaySetting();
});
afterAll(() => setting.stop());

const mixed = () => `export default async (input, env) => {
	console.log("at", new Date().toISOString(), Math.random());
	const [one, two] = await Promise.all([fetch("${setting.origin}/one"), env.web.fetch("${setting.origin}/big")]);
	const first = await one.json(), second = await two.json();
	await env.state.put("last", first.count);
	const missing = await env.files.readText("/workspace/output/none").catch((error) => error.code);
	const denied = await fetch("http://nowhere.example/").catch((error) => error.code);
	await new Promise((resolve) => setTimeout(resolve, 20));
	console.log("done", Date.now(), crypto.randomUUID());
	return { first: first.count, big: second.big.length, missing, denied, input };
}`;

describe("a replay", () => {
	test("is identical without an upstream request, and leaves nothing: no run, no call, no entry in the agent's chain, no run in the budget", async () => {
		const recorded = await setting.run(mixed(), { input: { a: 1 } });
		expect(recorded).toMatchObject({ status: "succeeded", result: { big: 400_000, missing: "file_not_found", denied: "egress_denied" } });
		const before = await budgetOf(recorded.agent);
		const arrived = setting.seen.length;
		const { verdict, divergence, run: replayed } = await setting.replay(recorded.id);
		expect([verdict, divergence, setting.seen.length]).toEqual(["identical", null, arrived]);
		expect(replayed).toMatchObject({
			mode: "replay",
			source: recorded.id,
			result: recorded.result,
			logs: recorded.logs,
			usage: { calls: 0, wallMs: 0, egressBytes: 0 },
		});
		const after = await budgetOf(recorded.agent);
		expect([after.settled.runs, after.settled.calls, after.settled.wallMs]).toEqual([
			before.settled.runs,
			before.settled.calls,
			before.settled.wallMs,
		]);
		expect(after.settled.cpuMs).toBeGreaterThan(before.settled.cpuMs ?? 0);
		expect(Object.values(after.held).every((amount) => amount === 0)).toBe(true);
		expect((await setting.platform.api.request("GET", `/v1/runs/${replayed.id}`)).status).toBe(404);
		expect((await setting.refused(`/v1/runs/${replayed.id}/replay`, {})).code).toBe("not_found");
		const [next] = await setting.callsOf((await setting.run("export default (input, env) => env.state.get('last')")).id);
		const chained = await setting.callsOf(recorded.id);
		expect(next?.entry).toBe((chained.at(-1)?.entry ?? 0) + 1);
	});

	test("goes by the recording in the store when the agent's policy has lost every grant, and a changed state", async () => {
		const agent = await makeAgent(setting.platform.api, { name: "fading", policy: { grants: setting.grants } });
		const recorded = await setting.platform.api.run({ agent: agent.id, program: mixed() });
		await setting.platform.api.run({ agent: agent.id, program: "export default (input, env) => env.state.put('last', -1)" });
		const changed = await setting.platform.api.request("PATCH", `/v1/agents/${agent.id}`, {
			policy: { grants: {}, limits: { calls: 1, cpuMs: 100 } },
		});
		expect(changed.status).toBe(200);
		const arrived = setting.seen.length;
		expect((await setting.replay(recorded.id)).divergence).toBeNull();
		expect(setting.seen.length).toBe(arrived);
	});

	test("of a run that ended with an error is identical by code and message", async () => {
		const recorded = await setting.run(
			`export default async (input, env) => { await fetch("${setting.origin}/"); throw new RangeError("at " + Date.now()); }`,
		);
		expect(recorded.error?.code).toBe("program_threw");
		expect(await setting.replay(recorded.id)).toMatchObject({ verdict: "identical", run: { error: { message: recorded.error?.message } } });
	});

	test("says the first difference of another version of the program, both sides of it", async () => {
		const program = (path: string, line: string, result: string) =>
			`export default async (input, env) => { await fetch("${setting.origin}/a"); await fetch("${setting.origin}/${path}"); console.log("${line}"); return "${result}"; }`;
		const recorded = await setting.run(program("b", "line", "result"));
		const arrived = setting.seen.length;
		const version = async (...parts: [string, string, string]) =>
			(await setting.replay(recorded.id, { program: program(...parts) })).divergence;
		expect(await version("b", "line", "result")).toBeNull();
		expect(await version("b", "line", "other")).toEqual({ what: "result", at: null, recorded: '"result"', replayed: '"other"' });
		expect(await version("b", "other", "other")).toMatchObject({
			what: "log",
			at: 1,
			recorded: expect.stringContaining('"line"'),
			replayed: expect.stringContaining('"other"'),
		});
		expect(await version("c", "line", "result")).toMatchObject({
			what: "call",
			at: 2,
			recorded: expect.stringContaining("/b"),
			replayed: expect.stringContaining("/c"),
		});
		const fewer = await setting.replay(recorded.id, {
			program: `export default async () => { await fetch("${setting.origin}/a"); console.log("line"); return "result"; }`,
		});
		expect(fewer.divergence).toMatchObject({ what: "call", at: 2, recorded: expect.stringContaining("/b"), replayed: null });
		const more = await setting.replay(recorded.id, {
			program: program("b", "line", "result").replace("console", `await fetch("${setting.origin}/z"); console`),
		});
		expect(more.divergence).toMatchObject({ what: "call", at: 3, recorded: null, replayed: expect.stringContaining("/z") });
		const swapped = `export default async () => { await fetch("${setting.origin}/b"); await fetch("${setting.origin}/a"); console.log("line"); return "result"; }`;
		expect((await setting.replay(recorded.id, { program: swapped })).divergence).toMatchObject({
			what: "call",
			at: 1,
			recorded: expect.stringContaining("/a"),
			replayed: expect.stringContaining("/b"),
		});
		expect((await setting.refused(`/v1/runs/${recorded.id}/replay`, { program: "export default async () => {" })).code).toBe(
			"invalid_program",
		);
		expect(setting.seen.length).toBe(arrived);
	});

	test("of a version whose calls go wrong where nobody records them is not identical: one that cannot be sent, one that nobody awaits, one past the limit", async () => {
		const program = (body: string) => `export default async () => { await fetch("${setting.origin}/a"); ${body} return 1; }`;
		const wipe = `fetch("${setting.origin}/wipe", { method: "POST" })`;
		const second = await setting.run(program(`await fetch("${setting.origin}/b");`));
		const first = await setting.run(program(""), { limits: { calls: 1 } });
		const failing = await setting.run(program(`await fetch("no url").catch(() => 0);`));
		const arrived = setting.seen.length;
		const of = async (id: string, body: string) => (await setting.replay(id, { program: program(body) })).divergence;
		const missing = { what: "call", at: 2, recorded: expect.stringContaining("/b"), replayed: null };
		expect(await of(second.id, `await fetch("no url").catch(() => 0);`)).toMatchObject(missing);
		const aborted = wipe.replace(" }", ", signal: AbortSignal.abort() }");
		expect(await of(second.id, `await ${aborted}.catch(() => 0);`)).toMatchObject(missing);
		const more = (at: number) => ({ what: "call", at, recorded: null, replayed: expect.stringContaining("/wipe") });
		expect(await of(second.id, `await fetch("${setting.origin}/b"); ${wipe};`)).toMatchObject(more(3));
		expect(await of(failing.id, `${wipe};`)).toMatchObject(more(2));
		expect(await of(first.id, `await ${wipe}.catch(() => 0);`)).toMatchObject(more(2));
		const never = { what: "call", recorded: "made 1 calls", replayed: "made 2 calls, 1 of which could be sent" };
		expect(await of(first.id, `await fetch("no url").catch(() => 0);`)).toMatchObject(never);
		for (const { id } of [first, second, failing]) expect((await setting.replay(id)).divergence).toBeNull();
		expect(setting.seen.length).toBe(arrived);
	});

	test("of a run that was stopped goes as far as that one went", async () => {
		const recorded = await setting.run(
			`export default async (input, env) => { const { count } = await (await fetch("${setting.origin}/a")).json(); console.log("count", count); await fetch("${setting.origin}/silent"); return 1; }`,
			{ limits: { wallMs: 700 } },
		);
		expect(recorded.error?.code).toBe("wall_time_exceeded");
		const arrived = setting.seen.length;
		expect(await setting.replay(recorded.id)).toMatchObject({
			verdict: "identical",
			divergence: null,
			run: { status: "failed", error: { code: "interrupted" } },
		});
		const other = await setting.replay(recorded.id, {
			program: `export default async () => { await fetch("${setting.origin}/a"); console.log("count", 0); return 1; }`,
		});
		expect(other.divergence).toMatchObject({ what: "call", at: 2, replayed: null });
		expect(setting.seen.length).toBe(arrived);
	});

	test("is identical of a program that worked for long after it had left a call which was never answered", async () => {
		const left = `await fetch("${setting.origin}/silent", { signal: AbortSignal.timeout(30) }).catch(() => 0);`;
		const work = "for (let n = 0; n < 3_500; n += 1) await crypto.subtle.digest('SHA-256', new Uint8Array(200_000));";
		const program = (doing: string, path = "n") =>
			`export default async (input, env) => { ${left} ${doing} return (await (await fetch("${setting.origin}/${path}")).json()).count; }`;
		const policy = { grants: setting.grants, limits: { cpuMs: 20_000 } };
		const agent = await makeAgent(setting.platform.api, { name: "working", policy });
		const recorded = await setting.platform.api.run({ agent: agent.id, program: program("") });
		expect(recorded).toMatchObject({ status: "succeeded", result: expect.any(Number) });
		const version = (...parts: [string, string?]) => setting.replay(recorded.id, { program: program(...parts) });
		expect(await version(work)).toMatchObject({ verdict: "identical", divergence: null, run: { result: recorded.result } });
		expect((await version(work, "other")).divergence).toMatchObject({
			what: "call",
			at: 2,
			recorded: expect.stringContaining("/n"),
			replayed: expect.stringContaining("/other"),
		});
	});

	test("of a program that calls something else by the dozen ends, has no effect, and disturbs no other", async () => {
		const recorded = await setting.run(`export default async (input, env) => { await fetch("${setting.origin}/a"); return 1; }`);
		const many = `export default async () => (await Promise.allSettled(Array.from({ length: 60 }, (_, index) => fetch("${setting.origin}/a?" + index)))).length`;
		const arrived = setting.seen.length;
		const hostile = await setting.replay(recorded.id, { program: many });
		expect(hostile.verdict).toBe("diverged");
		expect(setting.seen.length).toBe(arrived);
		expect((await setting.replay(recorded.id)).verdict).toBe("identical");
	});

	test("is refused of a run that goes on, of one that is not there or another tenant's, while the agent is disabled or archived, and without the scope", async () => {
		const policy = { grants: setting.grants, limits: { wallMs: 600_000 } };
		const agent = await makeAgent(setting.platform.api, { name: "closing", policy });
		const recorded = await setting.platform.api.run({ agent: agent.id, program: "export default () => 1" });
		const path = `/v1/runs/${recorded.id}/replay`;
		const waiting = await setting.platform.api.run({
			agent: agent.id,
			program: "export default () => new Promise((resolve) => setTimeout(resolve, 300_000))",
			wait: 0,
		});
		expect(await setting.refused(`/v1/runs/${waiting.id}/replay`, {})).toMatchObject({
			status: 409,
			message: expect.stringContaining("wanted a run that has ended"),
		});
		await setting.platform.api.request("POST", `/v1/runs/${waiting.id}/cancel`);
		const other = (await setting.platform.tenant("other")).api;
		expect(await setting.refused(path, {}, other)).toMatchObject({ status: 404 });
		expect(await setting.refused(`/v1/agents/${agent.id}/replay`, {}, other)).toMatchObject({ status: 404 });
		expect(await setting.refused(`/v1/runs/${recorded.id.slice(0, -20)}0000${recorded.id.slice(-16)}/replay`, {})).toMatchObject({
			status: 404,
		});
		const reader = await setting.keyWith(["read:runs", "write:runs"]);
		expect(await setting.refused(path, {}, reader)).toMatchObject({ status: 403 });
		await setting.platform.api.request("POST", `/v1/agents/${agent.id}/disable`);
		expect(await setting.refused(path, {})).toMatchObject({ status: 403, code: "agent_disabled" });
		expect(await setting.refused(`/v1/agents/${agent.id}/replay`, {})).toMatchObject({ code: "agent_disabled" });
		await setting.platform.api.request("DELETE", `/v1/agents/${agent.id}`);
		expect(await setting.refused(path, {})).toMatchObject({ status: 409, message: expect.stringContaining("archived") });
	});
});

describe("an agent's replay", () => {
	test("tries a version of its program on its last live runs, the newest first, and says why one was not replayed", async () => {
		const agent = await makeAgent(setting.platform.api, { name: "tester", policy: { grants: setting.grants } });
		const program = (more: string) =>
			`export default async (input) => { const { count } = await (await fetch("${setting.origin}/n")).json(); return count > 0 && input${more}; }`;
		const ids: string[] = [];
		for (const input of [1, 2, 3]) ids.unshift((await setting.platform.api.run({ agent: agent.id, program: program(""), input })).id);
		await setting.platform.api.run({ agent: agent.id, program: program(""), dryRun: true });
		const ask = (body: object) => setting.platform.api.expect(200, AgentReplay, "POST", `/v1/agents/${agent.id}/replay`, body);
		const all = await pollUntil(
			() => ask({}),
			({ data }) => data.length === 3,
		);
		expect(all).toMatchObject({ identical: 3, diverged: 0, notReplayed: 0 });
		expect(all.data.map((line) => line.run)).toEqual(ids);
		const arrived = setting.seen.length;
		const changed = await ask({ program: program(" % 3"), runs: 2 });
		expect(changed.data.map((line) => [line.run, line.verdict, line.divergence?.what])).toEqual([
			[ids[0], "diverged", "result"],
			[ids[1], "identical", undefined],
		]);
		expect(setting.seen.length).toBe(arrived);
	});
});

describe("a replay of what a program left open", () => endingTests(() => setting));
forkTests(() => setting);
planTests(() => setting);

const budgetOf = async (agent: string) => (await setting.platform.api.expect(200, Budget, "GET", `/v1/agents/${agent}/budget`)).windows.day;
