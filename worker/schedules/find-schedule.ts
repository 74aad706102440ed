import { Refusal } from "../../contract/errors.ts";
import { locatorOf } from "../../contract/ids.ts";
import type { Schedule } from "../../contract/schedules.ts";
import { type AgentEntry, agentObject, findByLocator } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";

const missing = (): Refusal => new Refusal("not_found", "Looking up a schedule: there is none of that id");

/** The agent that a schedule's id leads to, if it is the tenant's. @throws Refusal `not_found` */
export const ownerOf = async (env: Env, tenantId: string, scheduleId: string): Promise<AgentEntry> => {
	const entry = await findByLocator(env, tenantId, locatorOf(scheduleId));
	if (entry === null) throw missing();
	return entry;
};

/** The schedule as its agent's object has it. @throws Refusal `not_found` */
export const readSchedule = async (env: Env, entry: AgentEntry, scheduleId: string): Promise<Schedule> => {
	const schedule = await agentObject(env, entry).schedule({ tenantId: entry.tenantId, agentId: entry.agentId }, scheduleId);
	if (schedule === null) throw missing();
	return schedule;
};
