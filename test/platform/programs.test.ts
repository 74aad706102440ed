import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Agent } from "../../contract/agents.ts";
import { pageOf } from "../../contract/common.ts";
import { ProgramText, ProgramVersion } from "../../contract/programs.ts";
import { Replay } from "../../contract/replays.ts";
import { type Program, Run } from "../../contract/runs.ts";
import { Secret } from "../../contract/tenants.ts";
import { Trigger } from "../../contract/triggers.ts";
import { type HeldUpstream, startHeldUpstream } from "./held-upstream.ts";
import { runEnded } from "./run-to-end.ts";
import { allPages, errorOf, makeAgent, type Platform, startPlatform } from "./start-platform.ts";

let platform: Platform;
let upstream: HeldUpstream;
beforeAll(async () => {
	upstream = await startHeldUpstream();
	platform = await startPlatform([upstream.host]);
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

const answering = (answer: unknown): string => `export default async () => (${JSON.stringify(answer)});`;
const at = (agent: Agent, path = ""): string => `/v1/agents/${agent.id}/programs${path}`;
const store = (agent: Agent, program: Program, rest: object = {}): Promise<ProgramVersion> =>
	platform.api.expect(201, ProgramVersion, "POST", at(agent), { program, ...rest });
const activate = (agent: Agent, version: number): Promise<Agent> =>
	platform.api.expect(200, Agent, "POST", at(agent, `/${version}/activate`));
const read = (id: string): Promise<Run> => platform.api.expect(200, Run, "GET", `/v1/runs/${id}`);
const refusedRun = async (body: object) => {
	const answer = await platform.api.request("POST", "/v1/runs", body);
	return { status: answer.status, ...errorOf(answer) };
};

/** An agent with versions 1 to `count`, which answer their numbers; version 1 is active. */
const agentWith = async (name: string, count: number, rest: object = {}): Promise<Agent> => {
	const agent = await makeAgent(platform.api, { name, program: answering(1), ...rest });
	for (let version = 2; version <= count; version += 1) await store(agent, answering(version));
	return agent;
};

describe("versions of a program", () => {
	test("are stored, listed without text, read with it, activated, and rolled back; runs say which they are", async () => {
		const agent = await makeAgent(platform.api, { name: "versioned", program: answering(1) });
		expect([agent.programVersion, agent.isolation]).toEqual([1, "fresh"]);
		const second = await store(agent, answering(2), { note: "answers two" });
		expect(second).toMatchObject({ agent: agent.id, version: 2, active: false, note: "answers two", language: "typescript" });
		const first = await platform.api.run({ agent: agent.id });
		expect(first).toMatchObject({ result: 1, programVersion: 1, isolation: "fresh", trigger: null, schedule: null });
		expect(await activate(agent, 2)).toMatchObject({ programVersion: 2, program: answering(2) });
		const later = await platform.api.run({ agent: agent.id });
		expect(later).toMatchObject({ result: 2, programVersion: 2, programDigest: second.digest });
		expect((await platform.api.run({ agent: agent.id, program: answering(9) })).programVersion).toBeNull();
		const third = await store(agent, answering(3), { activate: true });
		expect([third.version, third.active]).toEqual([3, true]);
		expect(await activate(agent, 1)).toMatchObject({ programVersion: 1 });
		expect((await platform.api.run({ agent: agent.id })).result).toBe(1);
		const list = await allPages(platform.api, at(agent), ProgramVersion, 2);
		expect(list.map(({ version, active }) => [version, active])).toEqual([
			[3, false],
			[2, false],
			[1, true],
		]);
		const text = await platform.api.expect(200, ProgramText, "GET", at(agent, "/2"));
		expect([text.program, text.digest]).toEqual([answering(2), second.digest]);
		expect((await platform.api.expect(200, Run, "GET", `/v1/runs/${later.id}`)).programVersion).toBe(2);
	});

	test("are compiled before they are kept: 422 with line and column, and nothing is stored", async () => {
		const agent = await makeAgent(platform.api, { name: "compiled" });
		const answer = await platform.api.request("POST", at(agent), {
			program: "export default async () => {\n\tconst a = ;\n};",
			activate: true,
		});
		expect([answer.status, errorOf(answer).code]).toEqual([422, "invalid_program"]);
		expect(errorOf(answer)).toMatchObject({ line: 2, column: 12 });
		const library = await platform.api.request("POST", at(agent), { program: 'import { z } from "zod"; export default () => z;' });
		expect([library.status, errorOf(library).code]).toEqual([422, "invalid_program"]);
		expect(await platform.api.expect(200, pageOf(ProgramVersion), "GET", at(agent))).toEqual({ data: [], nextCursor: null });
	});

	test("that are the newest one already are answered with it, 200, and activated if that is asked for", async () => {
		const agent = await agentWith("repeated", 2);
		const body = { program: answering(2) };
		expect(await platform.api.expect(200, ProgramVersion, "POST", at(agent), body)).toMatchObject({ version: 2, active: false });
		expect(await platform.api.expect(200, ProgramVersion, "POST", at(agent), { ...body, activate: true })).toMatchObject({ active: true });
	});

	test("are made by POST and PATCH of the agent too; null makes none active, and the versions stay", async () => {
		const agent = await makeAgent(platform.api, { name: "patched", program: answering(1) });
		const patch = (body: object): Promise<Agent> => platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, body);
		expect(await patch({ program: answering(2) })).toMatchObject({ programVersion: 2, program: answering(2) });
		expect(await patch({ name: "patched-2", program: answering(2) })).toMatchObject({ programVersion: 2, name: "patched-2" });
		expect(await patch({ program: null })).toMatchObject({ programVersion: null, program: null });
		expect(await refusedRun({ agent: agent.id })).toMatchObject({ status: 400, message: expect.stringContaining("no stored program") });
		expect(await platform.api.run({ agent: agent.id, programVersion: 1 })).toMatchObject({ result: 1, programVersion: 1 });
		expect(await activate(agent, 2)).toMatchObject({ programVersion: 2 });
	});

	test("are deleted, but not the active one; their numbers never come back", async () => {
		const agent = await agentWith("cleared", 3);
		const active = await platform.api.request("DELETE", at(agent, "/1"));
		expect([active.status, errorOf(active).message]).toEqual([409, expect.stringContaining("version 1 is the active one")]);
		expect(await platform.api.expect(200, ProgramVersion, "DELETE", at(agent, "/3"))).toMatchObject({ version: 3 });
		for (const [method, path] of [
			["GET", "/3"],
			["DELETE", "/3"],
			["POST", "/3/activate"],
		] as const)
			expect((await platform.api.request(method, at(agent, path))).status).toBe(404);
		expect((await store(agent, answering(3))).version).toBe(4);
	});

	test("are kept as long as a trigger pins them, whatever else is deleted", async () => {
		const agent = await agentWith("hooked", 3);
		await platform.api.expect(200, Secret, "PUT", "/v1/secrets/hook", { value: "a secret of a sender, long enough" });
		const hook = { agent: agent.id, scheme: "github", secret: "hook", programVersion: 2 };
		const { id } = await platform.api.expect(201, Trigger, "POST", "/v1/triggers", hook);
		const kept = await platform.api.request("DELETE", at(agent, "/2"));
		expect([kept.status, errorOf(kept).message]).toEqual([409, expect.stringContaining(`the trigger ${id} starts version 2`)]);
		expect((await platform.api.request("DELETE", at(agent, "/3"))).status).toBe(200);
		expect((await platform.api.request("DELETE", `/v1/triggers/${id}`)).status).toBe(200);
		expect((await platform.api.request("DELETE", at(agent, "/2"))).status).toBe(200);
	});

	test.each(["0", "-1", "01", "1.0", "1e1", "x", "9999999999", "%201"])(
		"are not found under a number that is none: %s",
		async (version) => {
			const agent = await agentWith(`numbered-${encodeURIComponent(version).replaceAll(/[^a-z0-9]/gi, "")}`, 1);
			expect((await platform.api.request("GET", at(agent, `/${version}`))).status).toBe(400);
		},
	);
});

describe("a run", () => {
	test("executes the version that it names, and is refused one that there is not, or one beside a program", async () => {
		const agent = await agentWith("pinned", 3);
		expect(await platform.api.run({ agent: agent.id, programVersion: 3 })).toMatchObject({ result: 3, programVersion: 3 });
		expect(await refusedRun({ agent: agent.id, programVersion: 7 })).toMatchObject({
			...{ status: 400, code: "invalid_request" },
			message: "Starting a run: programVersion: found 7, wanted one of the agent's versions 1 to 3 that is not deleted",
		});
		expect(await refusedRun({ agent: agent.id, programVersion: 1, program: answering(1) })).toMatchObject({
			...{
				status: 400,
				code: "invalid_request",
				message: expect.stringContaining("programVersion: found 1, wanted nothing beside program"),
			},
		});
	});

	test("that goes on keeps its program when another version is activated and its own is deleted", async () => {
		const grants = { web: { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["GET"], paths: ["/*"] }] } };
		const waiting = (version: number): string =>
			`export default async (input, env) => { await env.web.fetch("http://${upstream.host}/held"); return ${version}; };`;
		const agent = await makeAgent(platform.api, { name: "in-flight", policy: { grants }, program: waiting(1) });
		const begun = await platform.api.run({ agent: agent.id, wait: 0 });
		expect(await upstream.arrived("/held", 1)).toBe(1);
		await store(agent, answering(2), { activate: true });
		await platform.api.expect(200, ProgramVersion, "DELETE", at(agent, "/1"));
		upstream.answerAll();
		const ended = await runEnded(platform.api, begun.id);
		expect(ended).toMatchObject({ status: "succeeded", result: 1, programVersion: 1 });
		expect((await platform.api.run({ agent: agent.id })).result).toBe(2);
		const replay = await platform.api.expect(200, Replay, "POST", `/v1/runs/${begun.id}/replay`, {});
		expect(replay).toMatchObject({ verdict: "identical", run: { programVersion: 1, isolation: "fresh" } });
	});

	test("that is a fork says the version of the run that it repeats, and none with another program", async () => {
		const agent = await agentWith("forked", 2, { isolation: "warm" });
		const recorded = await platform.api.run({ agent: agent.id, programVersion: 2 });
		const fork = (body: object): Promise<Replay> =>
			platform.api.expect(200, Replay, "POST", `/v1/runs/${recorded.id}/replay`, { from: 0, ...body });
		expect((await fork({})).run).toMatchObject({ result: 2, programVersion: 2, isolation: "fresh" });
		expect((await fork({ program: answering(5) })).run).toMatchObject({ result: 5, programVersion: null, isolation: "fresh" });
	});

	test("that executes an approved plan says the version of its dry run, in an isolate of its own, and takes no other", async () => {
		const agent = await agentWith("planned", 2, { isolation: "warm" });
		const dry = await platform.api.run({ agent: agent.id, programVersion: 2, dryRun: true });
		expect(dry).toMatchObject({ programVersion: 2, isolation: "fresh", mode: "dry" });
		const approvePlan = dry.plan?.digest ?? "none";
		expect(await refusedRun({ approvePlan, programVersion: 1 })).toMatchObject({
			...{ status: 400, message: expect.stringContaining("found programVersion beside approvePlan") },
		});
		expect(await platform.api.run({ approvePlan })).toMatchObject({ result: 2, programVersion: 2, isolation: "fresh" });
	});

	test("that another starts executes the active version in an isolate of its own, and says which version it is", async () => {
		const child = await agentWith("child", 2, { isolation: "warm" });
		await activate(child, 2);
		const budget = { calls: 20, cpuMs: 3_000, wallMs: 60_000, egressBytes: 100_000, usdMicros: 20_000 };
		const limits = { wallMs: 10_000, cpuMs: 1_000, calls: 20 };
		const program = `export default async (input, env) => input?.isChild ? "self" : [await env.other.run({}), await env.self.run({ input: { isChild: true } })].map(({ id }) => id);`;
		const grants = {
			other: { verb: "agent.run", agent: "child", budget },
			self: { verb: "agent.run", agent: "self", budget, program: "stored" },
		};
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${child.id}`, { policy: { grants: {}, limits } });
		const parent = await makeAgent(platform.api, { name: "parent", policy: { grants, limits }, program, isolation: "warm" });
		const run = await platform.api.run({ agent: parent.id });
		expect(run).toMatchObject({ status: "succeeded", programVersion: 1 });
		const children = await Promise.all(z.tuple([z.string(), z.string()]).parse(run.result).map(read));
		expect(children).toMatchObject([
			{ agent: child.id, result: 2, programVersion: 2, isolation: "fresh" },
			{ agent: parent.id, result: "self", programVersion: 1, isolation: "fresh" },
		]);
	});
});

describe("warm isolation", () => {
	test("is the agent's for its stored program, may always be left, and is refused to everything else", async () => {
		const agent = await agentWith("warm", 2, { isolation: "warm" });
		const cold = await agentWith("cold", 1);
		expect(agent.isolation).toBe("warm");
		expect((await platform.api.run({ agent: agent.id })).isolation).toBe("warm");
		expect((await platform.api.run({ agent: agent.id, programVersion: 2, isolation: "warm" })).isolation).toBe("warm");
		expect((await platform.api.run({ agent: agent.id, isolation: "fresh" })).isolation).toBe("fresh");
		expect((await platform.api.run({ agent: agent.id, program: answering(1) })).isolation).toBe("fresh");
		expect((await platform.api.run({ agent: agent.id, dryRun: true })).isolation).toBe("fresh");
		const refusals = await Promise.all([
			refusedRun({ agent: agent.id, program: answering(1), isolation: "warm" }),
			refusedRun({ agent: cold.id, isolation: "warm" }),
			refusedRun({ agent: agent.id, dryRun: true, isolation: "warm" }),
		]);
		for (const refused of refusals)
			expect(refused).toMatchObject({ status: 400, message: expect.stringContaining('isolation: found "warm", wanted fresh: ') });
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { isolation: "fresh" });
		expect((await platform.api.run({ agent: agent.id })).isolation).toBe("fresh");
	});
});
