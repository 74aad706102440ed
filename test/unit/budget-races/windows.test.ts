import { afterEach, describe, expect, it, vi } from "vitest";
import { doneEnd } from "../agents/agent-under-test.ts";
import { actsOf, admit, budgetOf, makeRacers, race, refusalsOf, WEB } from "./racing.ts";

const at = (time: string): void => {
	vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(time), shouldAdvanceTime: false });
};

/** An agent of a tenant with a zone, and its first run, admitted at a moment. */
const agentAt = async (
	time: string,
	timeZone: string,
	limits: Parameters<typeof makeRacers>[2],
	ofTenant: Parameters<typeof makeRacers>[1] = {},
) => {
	at(time);
	const { agents, tenant } = await makeRacers(1, ofTenant, limits, WEB);
	await tenant.setLimits(ofTenant, timeZone);
	const [agent] = agents;
	if (agent === undefined) throw new Error("there is an agent");
	return { agent, tenant, runId: await admit(agent) };
};

describe("windows that end while a call is under way", () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	it("keep what is charged, two of them at once, and the next ones begin empty: nothing counts twice and nothing is lost", async () => {
		const each = { calls: 1 };
		const { agent, runId } = await agentAt("2026-11-30T23:59:59.500Z", "UTC", { minute: each, hour: each, day: each, month: each });
		const [callId = ""] = actsOf([await race(agent, runId, 1)]);
		expect((await budgetOf(agent)).windows.month).toMatchObject({ held: { calls: 1 }, left: { calls: 0 } });
		at("2026-12-01T00:00:00.500Z");
		const { windows } = await budgetOf(agent);
		for (const kind of ["minute", "hour", "day", "month"] as const)
			expect(windows[kind], kind).toMatchObject({ held: { calls: 0 }, settled: { calls: 0 }, left: { calls: 1 } });
		expect(windows.lifetime).toMatchObject({ held: { calls: 1 } });
		await agent.object.endCall(doneEnd(callId, { egressBytes: 10 }));
		await agent.object.endCall(doneEnd(callId, { egressBytes: 10 }));
		const after = (await budgetOf(agent)).windows;
		for (const kind of ["minute", "hour", "day", "month"] as const)
			expect(after[kind], kind).toMatchObject({ held: { calls: 0 }, settled: { calls: 0, egressBytes: 0 } });
		expect(after.lifetime).toMatchObject({ held: { calls: 0 }, settled: { calls: 1, egressBytes: 10 } });
		expect(actsOf([await race(agent, runId, 2)])).toHaveLength(1);
	});

	it("are the tenant's as well: the next one has all of its limit, and no more", async () => {
		const { agent, tenant, runId } = await agentAt("2026-11-21T11:59:57.000Z", "UTC", {}, { hour: { calls: 2 } });
		const [callId = ""] = actsOf([await race(agent, runId, 1)]);
		at("2026-11-21T12:00:00.500Z");
		await agent.object.endCall(doneEnd(callId));
		const raced = [await race(agent, runId, 2), await race(agent, runId, 3), await race(agent, runId, 4)];
		expect(actsOf(raced)).toHaveLength(2);
		const resetsAtMs = Date.parse("2026-11-21T13:00:00Z");
		expect(refusalsOf(raced)[0]?.details).toMatchObject({ level: "tenant", window: "hour", limit: 2, left: 0, resetsAtMs });
		expect((await tenant.read()).windows.hour.left).toEqual({ calls: 0 });
	});

	it("end at midnight of the tenant's clocks, on the day too that has 25 hours", async () => {
		const { agent, runId } = await agentAt("2026-10-24T21:59:59.500Z", "Europe/Berlin", { day: { calls: 1 } });
		const [first = ""] = actsOf([await race(agent, runId, 1)]);
		at("2026-10-24T22:00:00.500Z");
		const [second = ""] = actsOf([await race(agent, runId, 2)]);
		await agent.object.endCall(doneEnd(first));
		await agent.object.endCall(doneEnd(second));
		expect((await budgetOf(agent)).windows.day.settled.calls).toBe(1);
		at("2026-10-25T22:30:00Z");
		const [late] = refusalsOf([await race(agent, runId, 3)]);
		expect(late?.details).toMatchObject({ level: "agent", window: "day", resetsAtMs: Date.parse("2026-10-25T23:00:00Z") });
	});

	it("do not open again when the clock runs back, for what was spent in them or what is held", async () => {
		const { agent, runId } = await agentAt("2026-11-21T11:59:59.500Z", "UTC", { hour: { calls: 1 } });
		const [first = ""] = actsOf([await race(agent, runId, 1)]);
		at("2026-11-21T12:00:30Z");
		const [second = ""] = actsOf([await race(agent, runId, 2)]);
		at("2026-11-21T11:59:58Z");
		expect(refusalsOf([await race(agent, runId, 3)])).toMatchObject([{ details: { window: "hour", left: 0 } }]);
		for (const callId of [first, second]) await agent.object.endCall(doneEnd(callId));
		expect((await budgetOf(agent)).windows).toMatchObject({
			hour: { settled: { calls: 1 }, held: { calls: 0 } },
			lifetime: { settled: { calls: 2 }, held: { calls: 0 } },
		});
	});
});
