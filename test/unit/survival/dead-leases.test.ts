import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { endDeadLeases } from "../../../worker/agents/object/end-dead-leases.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { makeAgent, stubOf } from "../agents/agent-under-test.ts";

const LATER_MS = Date.now() + 20_000;
const NOW_MS = LATER_MS - 15_000;

describe("an object that comes up", () => {
	it("in another process ends the leases of what was executed or queued, and no parked run's timer; in the same process none", async () => {
		const agent = await makeAgent();
		const [running, parked] = [agent.command(), agent.command()];
		for (const command of [running, parked]) await agent.object.admit(agent.entry, command);
		await runInDurableObject(stubOf(agent), async (_instance, context) => {
			const state = new ObjectState(context.storage, env.TENANTS);
			const leases = (): unknown[] => [running, parked].map(({ runId }) => state.runs.get(runId)?.lease_expires_at_ms);
			const start = (process: "the same" | "another"): unknown[] => {
				state.sql.exec("UPDATE runs SET lease_expires_at_ms = ?", LATER_MS);
				state.sql.exec("UPDATE runs SET status = 'waiting_approval', claimed = 0 WHERE id = ?", parked.runId);
				if (process === "another") state.sql.exec("UPDATE facts SET value = 'a process before' WHERE name = 'life'");
				endDeadLeases(state, NOW_MS);
				state.runs.forget();
				return leases();
			};
			expect(start("another")).toEqual([NOW_MS, LATER_MS]);
			expect(start("the same")).toEqual([LATER_MS, LATER_MS]);
			expect(start("another")).toEqual([NOW_MS, LATER_MS]);
			await context.storage.deleteAlarm();
		});
	});
});
