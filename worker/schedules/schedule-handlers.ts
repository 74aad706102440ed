import { Refusal } from "../../contract/errors.ts";
import { isId, locatorOf, newRoutedId } from "../../contract/ids.ts";
import type { Schedule } from "../../contract/schedules.ts";
import { type AgentEntry, agentObject, findAgent } from "../agents/agent-registry.ts";
import type { RefusedAnswer } from "../agents/object/admit-run.ts";
import type { ScheduleChange } from "../agents/object/change-schedule.ts";
import { mergeSettings, plainSettings } from "../agents/object/merge-settings.ts";
import { pageFrom, readCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../handler.ts";
import { listArchivedSchedules } from "../ledger/archived-schedules.ts";
import { refusalOf } from "../runs/start-run.ts";
import { ownerOf, readSchedule } from "./find-schedule.ts";
import { runSchedule } from "./run-schedule.ts";

const agentOf = async (env: Env, tenantId: string, name: string): Promise<AgentEntry> => {
	const entry = await findAgent(env, tenantId, name);
	if (entry !== null) return entry;
	throw new Refusal(
		"not_found",
		`Making a schedule: agent: found ${JSON.stringify(name)}, wanted the id or name of an agent of this tenant`,
	);
};

/** What came out of an object: a refusal as data becomes one again. */
const accept = (answer: Schedule | RefusedAnswer): Schedule => {
	if ("kind" in answer) throw refusalOf(answer);
	return answer;
};

const change = async (env: Env, tenantId: string, scheduleId: string, wanted: ScheduleChange): Promise<Schedule> => {
	const entry = await ownerOf(env, tenantId, scheduleId);
	return accept(await agentObject(env, entry).changeSchedule({ tenantId, agentId: entry.agentId }, scheduleId, wanted));
};

/** The schedule after which a page begins. */
const scheduleCursor = (cursor: string | undefined): string | null => {
	const before = readCursor(cursor);
	if (before !== null && !isId("sch", before))
		throw new Refusal("invalid_request", "Reading a page: cursor: found one of another list, wanted this list's nextCursor");
	return before;
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
		const entry = await agentOf(env, caller.tenantId, agent);
		const id = newRoutedId("sch", locatorOf(entry.agentId));
		const identity = { tenantId: entry.tenantId, agentId: entry.agentId };
		const schedule = accept(await agentObject(env, entry).makeSchedule(identity, id, mergeSettings(plainSettings(body.cron), said)));
		return { status: 201, body: schedule, headers: { location: `/v1/schedules/${id}` } };
	},
	listSchedules: async ({ env, caller, query }) => {
		const agent = query.agent === undefined ? null : await findAgent(env, caller.tenantId, query.agent);
		if (query.agent !== undefined && agent === null) return { status: 200, body: { data: [], nextCursor: null } };
		const filter = { agentId: agent?.agentId ?? null, before: scheduleCursor(query.cursor), most: query.limit + 1 };
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
