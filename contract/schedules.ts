import { z } from "zod";
import { AgentInQuery, AgentRef } from "./agent-ref.ts";
import { TimeZone } from "./budgets.ts";
import { changeOf } from "./change-of.ts";
import { AtMs, Metadata, Name, PageQuery, ParsedJson } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { DataLabel, RunGrants, RunLabels } from "./run-terms.ts";
import { Isolation, RunLimits } from "./runs.ts";

/** Five fields, or six with the seconds first. What they may say is checked by who computes with them (schedules/check-cron). */
export const Cron = z
	.string()
	.min(1)
	.max(LIMITS.cronChars)
	.describe(
		"minute, hour, day of the month, month, day of the week; six fields begin with the second. `*`, lists, ranges, steps, names, `L`, `W`, `#`",
	);

/** What becomes of ticks that are more than LIMITS.scheduleLateMs late, because all was off. `skip`: nothing. `once`: one run for all of them. */
export const CatchUp = z.enum(["skip", "once"]);
export type CatchUp = z.infer<typeof CatchUp>;

const Input = ParsedJson.refine((value) => value === undefined || JSON.stringify(value).length <= LIMITS.scheduleInputChars, {
	error: `wanted at most ${LIMITS.scheduleInputChars} characters of JSON`,
});
/** With room for the `tickMs` that is added. */
const TickMetadata = Metadata.refine((value) => Metadata.safeParse({ tickMs: Number.MAX_SAFE_INTEGER, ...value }).success, {
	error: "wanted room for `tickMs` beside it",
});

/** What became of the latest tick. */
export const LastTick = z.strictObject({
	/** The time that the cron names. */
	tickMs: AtMs,
	/** The run that it started, or is to start; null: none. */
	run: idOf("run").nullable(),
	outcome: z
		.enum(["waiting", "started", "skipped", "missed", "failed"])
		.describe(
			"`waiting`: it is being started, or tried again; `started`: its run was admitted; `skipped`: the agent or its tenant was switched off; `missed`: it was too late; `failed`: nothing could be started",
		),
	/** Why not, or why not yet; null: there is nothing to say. */
	code: z.string().nullable(),
	message: z.string().nullable(),
	atMs: AtMs,
});
export type LastTick = z.infer<typeof LastTick>;

/** What of a schedule its owner says. Null: left out. */
export const ScheduleSettings = z.strictObject({
	name: Name.nullable(),
	cron: Cron,
	timeZone: TimeZone,
	catchUp: CatchUp,
	/** What the program gets; left out: `{ "schedule", "tickMs" }`. */
	input: ParsedJson.optional(),
	/** A subset of the agent's grants; null: all of them. */
	grants: z.array(z.string()).nullable(),
	limits: RunLimits.nullable(),
	labels: z.array(DataLabel),
	metadata: Metadata,
	/** Which version of the agent's stored program; null: the one that is active at the tick. */
	programVersion: z.int().nullable(),
	/** Null: the agent's. */
	isolation: Isolation.nullable(),
});
export type ScheduleSettings = z.infer<typeof ScheduleSettings>;

export const Schedule = ScheduleSettings.extend({
	id: idOf("sch"),
	agent: idOf("agt"),
	status: z.enum(["active", "paused"]),
	/** The next ten ticks; fewer: the cron names no more. Empty while it is paused. */
	next: z.array(AtMs),
	last: LastTick.nullable(),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Schedule = z.infer<typeof Schedule>;

const said = {
	name: Name.nullable().optional(),
	timeZone: TimeZone.optional().describe("default UTC"),
	catchUp: CatchUp.optional().describe("default skip"),
	input: Input.optional().describe("any JSON; left out: `{ schedule, tickMs }`"),
	grants: RunGrants.nullable().optional().describe("a subset of the agent's grants"),
	limits: RunLimits.nullable().optional(),
	labels: RunLabels.optional(),
	metadata: TickMetadata.optional().describe("of each run; `tickMs` is added"),
	programVersion: z.int().min(1).nullable().optional().describe("left out or null: the version that is active at the tick"),
	isolation: Isolation.nullable().optional(),
};

export const CreateSchedule = z.strictObject({
	agent: AgentRef,
	cron: Cron,
	...said,
});
export type CreateSchedule = z.infer<typeof CreateSchedule>;

export const UpdateSchedule = changeOf(z.strictObject({ cron: Cron.optional(), ...said }));
export type UpdateSchedule = z.infer<typeof UpdateSchedule>;

export const ListSchedulesQuery = PageQuery.extend({ agent: AgentInQuery });
