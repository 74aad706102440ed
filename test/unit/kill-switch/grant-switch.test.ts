import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Agent, GrantSwitch } from "../../../contract/agents.ts";
import { agentObject, findAgent } from "../../../worker/agents/agent-registry.ts";
import type { AgentUnderTest } from "../agents/agent-under-test.ts";
import { call, doneEnd, FETCH_ARGS, goodEnd, makeAgent, seenBy, stubOf } from "../agents/agent-under-test.ts";
import { makeApproving } from "../approvals/approving.ts";
import { ask, errorOf, newKey, newTenant } from "../http/ask.ts";

const GRANTS = {
	web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] },
	other: { verb: "http.fetch", allow: [{ host: "example.com" }] },
	files: { verb: "files", mounts: { "/workspace/output": "write" } },
};
const POST = [{ url: "https://example.com/", method: "POST", headers: [], body: null, redirect: "follow" }];
const OFF = { kind: "error", code: "capability_not_granted", message: expect.stringContaining("is switched off") };

/** An agent with a run under way. */
const running = async (grants: Agent["policy"]["grants"] = GRANTS) => {
	const agent = await makeAgent({ grants });
	const command = agent.command();
	await agent.object.admit(agent.entry, command);
	const { runId } = command;
	let place = 0;
	const fetchBy = (grant: string, args: readonly unknown[] = FETCH_ARGS) => {
		place += 1;
		return call(agent, { runId, grant, method: "fetch", args, place });
	};
	const act = async (grant: string, args?: readonly unknown[]): Promise<string> => {
		const begun = await fetchBy(grant, args);
		if (begun.kind !== "act") throw new Error(`the call is to be performed: ${JSON.stringify(begun)}`);
		return begun.callId;
	};
	return { agent, runId, fetchBy, act };
};

const turn = async ({ object, entry }: Pick<AgentUnderTest, "object" | "entry">, grant: string, isOn: boolean): Promise<GrantSwitch> => {
	const answer = await object.switchGrant(entry, grant, isOn);
	if ("kind" in answer) throw new Error(answer.message);
	return GrantSwitch.parse(answer);
};

describe("a grant that is switched off", () => {
	it("denies its calls in words, records them so, and leaves the run and its other grants alone", async () => {
		const { agent, runId, fetchBy } = await running();
		expect(await turn(agent, "web", false)).toMatchObject({
			disabledGrants: ["web"],
			callsInFlight: [],
			agent: { disabledGrants: ["web"] },
		});
		expect(await fetchBy("web")).toMatchObject(OFF);
		expect((await fetchBy("other")).kind).toBe("act");
		expect(await agent.object.run(runId)).toMatchObject({ status: "running" });
		expect((await agent.object.calls(runId, 0, 10))?.map(({ grant, status, decision }) => [grant, status, decision])).toEqual([
			["web", "denied", "denied"],
			["other", "started", "allowed"],
		]);
	});

	it("is on again when somebody enables it, and off after its object was away", async () => {
		const { agent, fetchBy } = await running();
		await turn(agent, "web", false);
		await evictDurableObject(stubOf(agent));
		expect(await fetchBy("web")).toMatchObject(OFF);
		expect(await turn(agent, "web", true)).toMatchObject({ disabledGrants: [], callsInFlight: [], agent: { disabledGrants: [] } });
		expect((await fetchBy("web")).kind).toBe("act");
	});

	it("names exactly its own calls under way, again in a repeat, and none that has ended", async () => {
		const { agent, act } = await running();
		const [ended, first, second, foreign] = [await act("web"), await act("web"), await act("web", POST), await act("other")];
		await agent.object.endCall(doneEnd(ended));
		expect(await turn(agent, "web", false)).toMatchObject({ callsInFlight: [first, second].sort() });
		await agent.object.endCall(doneEnd(first));
		expect(await turn(agent, "web", false)).toMatchObject({ callsInFlight: [second] });
		await Promise.all([agent.object.endCall(doneEnd(second)), agent.object.endCall(doneEnd(foreign))]);
		expect(await turn(agent, "web", false)).toMatchObject({ callsInFlight: [] });
	});

	it("names a call that is still performed though its run has ended and given it up", async () => {
		const { agent, runId, act } = await running();
		const callId = await act("web", POST);
		await agent.object.finish(goodEnd(runId));
		expect((await agent.object.calls(runId, 0, 10))?.map(({ status }) => status)).toEqual(["unknown"]);
		expect(await turn(agent, "web", false)).toMatchObject({ callsInFlight: [callId] });
	});

	it("tells its calls under way at once, and no others", async () => {
		const { agent, runId, act } = await running();
		const [mine, foreign] = [await act("web"), await act("other")];
		const told = agent.object.untilStopped({ run: runId, id: mine }, 10_000);
		const untold = agent.object.untilStopped({ run: runId, id: foreign }, 600);
		const switched = turn(agent, "web", false);
		expect(await told).toBe("grant_off");
		expect(await untold).toBeNull();
		await switched;
		expect(await agent.object.mayCount({ runId, attempt: 1, callId: mine })).toBe(false);
		expect(await agent.object.mayCount({ runId, attempt: 1, callId: foreign })).toBe(true);
	});

	it("waits with its answer for calls that stop within a moment", async () => {
		const { agent, runId, act } = await running();
		const callId = await act("web");
		let hasStopped = false;
		const gate = agent.object.untilStopped({ run: runId, id: callId }, 10_000).then(async () => {
			hasStopped = true;
			await agent.object.endCall(doneEnd(callId));
		});
		await turn(agent, "web", false);
		expect(hasStopped).toBe(true);
		await gate;
	});

	it("denies what acts in the object, what a plain fetch() leads to, and what a dry run would plan", async () => {
		const { agent, runId, fetchBy } = await running({ files: GRANTS.files, web: GRANTS.web });
		for (const grant of ["web", "files"]) await turn(agent, grant, false);
		const write = { runId, grant: "files", method: "writeText", args: ["/workspace/output/a.txt", "text"], place: 10 };
		expect(await call(agent, write)).toMatchObject(OFF);
		expect(await agent.object.findFile(runId, "/workspace/output/a.txt")).toBeNull();
		expect(await call(agent, { runId, grant: "web", method: "fetchAny", args: FETCH_ARGS, place: 11 })).toMatchObject(OFF);
		expect(await fetchBy("web")).toMatchObject(OFF);
		const dry = agent.command({ mode: "dry" });
		await agent.object.admit(agent.entry, dry);
		expect(await call(agent, { ...write, runId: dry.runId, place: 1 })).toMatchObject(OFF);
	});

	it("denies a call that a crash left open and that would be performed again", async () => {
		const { agent, runId, act } = await running();
		const callId = await act("web");
		await evictDurableObject(stubOf(agent));
		await agent.object.finish({ ...goodEnd(runId), ending: "lost", status: "failed" });
		await turn(agent, "web", false);
		expect(await agent.object.claim(agent.entry, runId)).toMatchObject({ attempt: 2 });
		const again = await call(agent, { runId, attempt: 2, grant: "web", method: "fetch", args: FETCH_ARGS, place: 1 });
		expect(again).toMatchObject(OFF);
		expect((await agent.object.calls(runId, 0, 10))?.map(({ id, status }) => [id, status])).toEqual([[callId, "failed"]]);
	});

	it("stays off through a change of the policy that keeps it, in whatever form, and is forgotten when the policy loses it", async () => {
		const { agent } = await running();
		const { entry, object } = agent;
		await turn(agent, "web", false);
		const changed = { ...GRANTS, web: { ...GRANTS.web, allow: [{ host: "example.org" }] } };
		expect(await object.change(entry, { policy: { grants: changed } })).toMatchObject({ disabledGrants: ["web"] });
		expect(await object.change(entry, { name: "renamed" })).toMatchObject({ disabledGrants: ["web"] });
		expect(await object.change(entry, { policy: { grants: { files: GRANTS.files } } })).toMatchObject({ disabledGrants: [] });
		expect(await object.change(entry, { policy: { grants: GRANTS } })).toMatchObject({ disabledGrants: [] });
	});

	it("lets a recorded call answer as it did: replaying has no effect", async () => {
		const { agent, runId, act } = await running();
		await agent.object.endCall(doneEnd(await act("web"), {}, "recorded"));
		await agent.object.finish({ ...goodEnd(runId), places: 1 });
		const recording = await agent.object.recording(runId);
		if (recording === null) throw new Error("the run is recorded");
		await turn(agent, "web", false);
		const { run, seed, clockMs, choices, shapes, calls, limits } = recording;
		const terms = { grants: run.grants, limits, policyVersion: run.policyVersion };
		const origin = { source: run.id, seed, clockMs, choices, labels: [], shapes, terms, calls };
		const replay = agent.command({ mode: "replay", origin });
		expect((await agent.object.admit(agent.entry, replay)).kind).toBe("execute");
		const asked = { runId: replay.runId, grant: "web", method: "fetch", args: FETCH_ARGS };
		expect(await call(agent, asked)).toMatchObject({ kind: "done", value: "recorded" });
		// A fork goes on by itself past what is recorded.
		const fork = agent.command({ origin: { ...origin, terms: null } });
		await agent.object.admit(agent.entry, fork);
		expect(await call(agent, { ...asked, runId: fork.runId })).toMatchObject({ kind: "done", value: "recorded" });
		expect(await call(agent, { ...asked, runId: fork.runId, place: 2 })).toMatchObject(OFF);
	});
});

describe("approvals of a grant that is switched off", () => {
	const waiting = async () => {
		const agent = await makeApproving();
		const runId = await agent.begin();
		const approval = await agent.asked(runId, "web", "fetch", POST);
		return { agent, runId, approval };
	};

	it("are not taken, but for denials, and stay open until it is on again", async () => {
		const { agent, approval } = await waiting();
		await turn(agent, "web", false);
		const refused = await agent.decide(approval);
		expect(refused).toMatchObject({ kind: "refused", code: "conflict", message: expect.stringContaining("switched off") });
		expect(await agent.approval(approval.id)).toMatchObject({ status: "pending" });
		await turn(agent, "web", true);
		expect(await agent.decide(approval)).toMatchObject({ kind: "decided", approval: { status: "approved" } });
		const other = await waiting();
		await turn(other.agent, "web", false);
		expect(await other.agent.decide(other.approval, { decision: "deny" })).toMatchObject({
			kind: "decided",
			approval: { status: "denied" },
		});
	});

	it("that were given before perform nothing: neither in the run that waits with its isolate nor in one that is woken", async () => {
		for (const isParked of [false, true]) {
			const { agent, runId, approval } = await waiting();
			if (isParked) await agent.park(runId);
			await agent.decide(approval);
			await turn(agent, "web", false);
			if (isParked) expect(await agent.claim(runId)).toBe(true);
			expect(seenBy(await agent.call(runId, "web", "fetch", POST, isParked ? 1 : 2))).toMatchObject(OFF);
			const attempt = (await agent.object.run(runId))?.attempt ?? 0;
			expect(seenBy(await agent.object.waitCall({ runId, attempt, callId: approval.call }))).toMatchObject(OFF);
			const record = (await agent.object.calls(runId, 0, 10))?.find(({ id }) => id === approval.call);
			expect(record).toMatchObject({ status: "denied", decision: "denied" });
		}
	});

	it("for calls to come let none through", async () => {
		const { agent, runId, approval } = await waiting();
		await agent.decide(approval, { scope: { times: 5 } });
		await turn(agent, "web", false);
		expect(seenBy(await agent.call(runId, "web", "fetch", POST, 2))).toMatchObject(OFF);
	});
});

it("a call of which nobody can say whether it happened is not made again by a person's word while its grant is off", async () => {
	const { agent, runId, act } = await running();
	const callId = await act("web", POST);
	await evictDurableObject(stubOf(agent));
	await agent.object.finish({ ...goodEnd(runId), ending: "lost", status: "failed" });
	expect((await agent.object.calls(runId, 0, 1))?.[0]).toMatchObject({ id: callId, status: "unknown" });
	await turn(agent, "web", false);
	const command = { callId, by: "key_x" };
	const repeat = await agent.object.resolveCall(agent.entry, { ...command, resolution: { outcome: "repeat" } });
	expect(repeat).toMatchObject({ kind: "refused", code: "conflict" });
	const failed = await agent.object.resolveCall(agent.entry, { ...command, resolution: { outcome: "failed", message: null } });
	expect(failed.kind).toBe("resolved");
});

describe("the API of a grant's switch", () => {
	const POLICY = { grants: GRANTS };
	const made = async () => {
		const tenant = await newTenant();
		const key = tenant.key.value;
		const agent = await ask("POST", "/v1/agents", { key, body: { name: "worker", policy: POLICY } });
		const entry = await findAgent(env, tenant.id, "worker");
		if (entry === null) throw new Error(agent.text);
		return { key, entry, path: (grant: string, turned: string) => `/v1/agents/${entry.agentId}/grants/${grant}/${turned}` };
	};

	it("shows in the agent what is off, bumps nothing in a repeat, and tells of it once", async () => {
		const { key, entry, path } = await made();
		const first = await ask("POST", path("web", "disable"), { key });
		const again = await ask("POST", path("web", "disable"), { key });
		expect(first.status, first.text).toBe(200);
		expect(again.json).toEqual(first.json);
		const read = await ask("GET", `/v1/agents/${entry.agentId}`, { key });
		expect(read.json).toMatchObject({ disabledGrants: ["web"], policyVersion: 1 });
		await runDurableObjectAlarm(stubOf({ object: agentObject(env, entry) }));
		const events = await ask("GET", "/v1/events?type=grant.disabled", { key });
		expect(events.json).toMatchObject({ data: [{ agent: entry.agentId, data: { grant: "web", callsInFlight: 0 } }] });
		expect((await ask("POST", path("web", "enable"), { key })).json).toMatchObject({ disabledGrants: [] });
	});

	it("answers 404 for a grant that the policy does not have, whatever its name, 403 without the scope, 409 for an archived agent", async () => {
		const { key, entry, path } = await made();
		for (const name of ["nothing", "constructor", "toString"]) expect((await ask("POST", path(name, "disable"), { key })).status).toBe(404);
		expect((await ask("POST", path("__proto__", "disable"), { key })).status).toBe(400);
		const reader = await newKey(key, { scopes: ["read:agents"] });
		expect(errorOf(await ask("POST", path("web", "disable"), { key: reader.value }))).toMatchObject({ scope: "write:agents" });
		await agentObject(env, entry).stop(entry, "archived");
		expect((await ask("POST", path("web", "disable"), { key })).status).toBe(409);
	});
});
