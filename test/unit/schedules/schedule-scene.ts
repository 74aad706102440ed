import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import type { Schedule, UpdateSchedule } from "../../../contract/schedules.ts";
import { makeSchedule } from "../../../worker/agents/object/change-schedule.ts";
import { describeSchedule } from "../../../worker/agents/object/describe-schedule.ts";
import { type DueTick, makeTicks, takeTicks } from "../../../worker/agents/object/due-ticks.ts";
import { mergeSettings, plainSettings } from "../../../worker/agents/object/merge-settings.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { type AgentUnderTest, makeAgent, stubOf } from "../agents/agent-under-test.ts";

/** An agent's object whose steps a test makes by hand, each at a time of its own. */
export interface ScheduleScene {
	readonly agent: AgentUnderTest;
	/** Another one has the storage and nothing of the memory. */
	state: ObjectState;
	readonly storage: DurableObjectStorage;
	/** Makes a schedule, and throws when it is refused. */
	make(cron: string, said: UpdateSchedule, nowMs: number): string;
	/** What the alarm does. */
	ring(nowMs: number): DueTick[];
	schedule(id: string): Schedule;
	/** What an eviction leaves. */
	evict(): void;
}

/** Runs a test's part in an object of its own. */
export const inScene = async (work: (scene: ScheduleScene) => Promise<void> | void): Promise<void> => {
	const agent = await makeAgent();
	await agent.object.agent(agent.entry);
	await runInDurableObject(stubOf(agent), async (_instance, { storage }) => {
		const scene: ScheduleScene = {
			agent,
			storage,
			state: new ObjectState(storage, env.TENANTS),
			make: (cron, said, nowMs) => {
				const id = newRoutedId("sch", locatorOf(agent.entry.agentId));
				const made = scene.state.step(() => makeSchedule(scene.state, id, mergeSettings(plainSettings(cron), said), nowMs));
				if ("kind" in made) throw new Error(made.message);
				return id;
			},
			ring: (nowMs) =>
				scene.state.step(() => {
					makeTicks(scene.state, nowMs);
					return takeTicks(scene.state, nowMs);
				}),
			schedule: (id) => {
				const row = scene.state.schedules.get(id);
				const shown = row === null ? null : describeSchedule(agent.entry.agentId, row);
				if (shown === null) throw new Error("the schedule is there");
				return shown;
			},
			evict: () => {
				scene.state = new ObjectState(storage, env.TENANTS);
			},
		};
		await work(scene);
	});
};

/** Epoch milliseconds of an ISO time. */
export const at = (iso: string): number => Date.parse(iso);
