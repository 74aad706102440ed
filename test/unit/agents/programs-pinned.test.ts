import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newId, newRoutedId } from "../../../contract/ids.ts";
import type { ScheduleSettings } from "../../../contract/schedules.ts";
import { pinsOfTriggers } from "../../../worker/agents/pins-of-triggers.ts";
import { type AgentUnderTest, makeAgent } from "./agent-under-test.ts";

/** A trigger as D1 has it. */
const insertTrigger = async (tenantId: string, agentId: string, programVersion: number | null, status = "active"): Promise<string> => {
	const id = newId("trg");
	const settings = JSON.stringify({ name: "hook", programVersion, input: { programVersion: 1 } });
	await env.DB.prepare(
		"INSERT INTO triggers (id, tenant_id, agent_id, scheme, status, settings, created_at_ms, updated_at_ms) VALUES (?, ?, ?, 'github', ?, ?, 1, 1)",
	)
		.bind(id, tenantId, agentId, status, settings)
		.run();
	return id;
};

/** An agent with versions 1 and 2, neither of them active. */
const makePinnable = async (): Promise<AgentUnderTest> => {
	const agent = await makeAgent();
	for (const answer of [1, 2])
		await agent.object.storeProgram(agent.entry, { program: `export default () => ${answer}`, language: "typescript", note: null }, false);
	return agent;
};

describe("a version that a trigger pins", () => {
	it("is found by the trigger, active or disabled, of this agent and tenant and no other", async () => {
		const { entry } = await makePinnable();
		await insertTrigger(newId("ten"), entry.agentId, 1);
		await insertTrigger(entry.tenantId, newId("agt"), 1);
		await insertTrigger(entry.tenantId, entry.agentId, null);
		await insertTrigger(entry.tenantId, entry.agentId, 12);
		expect(await pinsOfTriggers(env, entry, 1)).toEqual([]);
		for (const [version, status] of [
			[1, "active"],
			[2, "disabled"],
		] as const) {
			const id = await insertTrigger(entry.tenantId, entry.agentId, version, status);
			expect(await pinsOfTriggers(env, entry, version)).toEqual([{ kind: "trigger", id, programVersion: version }]);
		}
	});
});

describe("a version that a schedule pins", () => {
	const SETTINGS: ScheduleSettings = {
		...{ name: null, cron: "0 3 * * *", timeZone: "UTC", grants: null, limits: null, labels: [], metadata: {} },
		...{ catchUp: "skip", programVersion: 1, isolation: null },
	};

	it("is not deleted before the schedule is, or names another", async () => {
		const agent = await makePinnable();
		const id = newRoutedId("sch", agent.locator);
		expect(await agent.object.makeSchedule(agent.entry, id, SETTINGS)).toMatchObject({ programVersion: 1 });
		const refused = {
			kind: "refused",
			code: "conflict",
			details: { schedule: id },
			message: expect.stringContaining(`the schedule ${id} starts version 1`),
		};
		expect(await agent.object.deleteProgram(agent.entry, 1, [])).toMatchObject(refused);
		await agent.object.changeSchedule(agent.entry, id, { kind: "pause" });
		expect(await agent.object.deleteProgram(agent.entry, 1, [])).toMatchObject(refused);
		expect(await agent.object.deleteProgram(agent.entry, 2, [])).toMatchObject({ version: 2 });
		await agent.object.changeSchedule(agent.entry, id, { kind: "delete" });
		expect(await agent.object.deleteProgram(agent.entry, 1, [])).toMatchObject({ version: 1 });
	});
});
