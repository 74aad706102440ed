import { locatorOf, newRoutedId } from "../../contract/ids.ts";
import type { Schedule } from "../../contract/schedules.ts";
import { acceptAnswer } from "../agents/accept-answer.ts";
import { agentObject } from "../agents/agent-registry.ts";
import { agentInBody, agentInQuery } from "../agents/named-agent.ts";
import type { ScheduleChange } from "../agents/object/change-schedule.ts";
import { mergeSettings, plainSettings } from "../agents/object/merge-settings.ts";
import { pageFrom, readIdCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { listArchivedSchedules } from "../ledger/archived-schedules.ts";
import { ownerOf, readSchedule } from "./find-schedule.ts";
import { runSchedule } from "./run-schedule.ts";

const change = async (env: Env, tenantId: string, scheduleId: string, wanted: ScheduleChange): Promise<Schedule> => {
	const entry = await ownerOf(env, tenantId, scheduleId);
	return acceptAnswer(await agentObject(env, entry).changeSchedule({ tenantId, agentId: entry.agentId }, scheduleId, wanted));
};

type Ids =
	| "createSchedule"
	| "listSchedules"
	| "getSchedule"
	| "updateSchedule"
	| "deleteSchedule"
	| "pauseSchedule"
	| "resumeSchedule"
	| "runSchedule";

/** The schedules' operations. */
export const scheduleHandlers: Handlers<Ids> = {
	createSchedule: async ({ env, caller, body }) => {
		const { agent, ...said } = body;
		const entry = await agentInBody(env, caller.tenantId, agent, "Making a schedule");
		const id = newRoutedId("sch", locatorOf(entry.agentId));
		const identity = { tenantId: entry.tenantId, agentId: entry.agentId };
		const schedule = acceptAnswer(await agentObject(env, entry).makeSchedule(identity, id, mergeSettings(plainSettings(body.cron), said)));
		return { status: 201, body: schedule, headers: { location: `/v1/schedules/${id}` } };
	},
	listSchedules: async ({ env, caller, query }) => {
		const before = readIdCursor(query.cursor, "sch");
		const filter = { agentId: await agentInQuery(env, caller.tenantId, query.agent), before, most: query.limit + 1 };
		return { status: 200, body: pageFrom(await listArchivedSchedules(env.DB, caller.tenantId, filter), query.limit) };
	},
	getSchedule: async ({ env, caller, params }) => ({
		status: 200,
		body: await readSchedule(env, await ownerOf(env, caller.tenantId, params.id), params.id),
	}),
	updateSchedule: async ({ env, caller, params, body }) => ({
		status: 200,
		body: await change(env, caller.tenantId, params.id, { kind: "settings", settings: body }),
	}),
	deleteSchedule: async ({ env, caller, params }) => ({
		status: 200,
		body: await change(env, caller.tenantId, params.id, { kind: "delete" }),
	}),
	pauseSchedule: async ({ env, caller, params }) => ({
		status: 200,
		body: await change(env, caller.tenantId, params.id, { kind: "pause" }),
	}),
	resumeSchedule: async ({ env, caller, params }) => ({
		status: 200,
		body: await change(env, caller.tenantId, params.id, { kind: "resume" }),
	}),
	runSchedule,
};
