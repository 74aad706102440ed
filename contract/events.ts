import { z } from "zod";
import { AgentInQuery } from "./agent-ref.ts";
import { Budget, Limits } from "./budgets.ts";
import { AtMs, Metadata, PageQuery } from "./common.ts";
import { idOf } from "./ids.ts";
import { RunStatus, Usage } from "./runs.ts";

/** A part of a limit that was reached by what is settled: told once per window and dimension, also when the limit is changed. */
export const ThresholdData = z.strictObject({
	level: z.enum(["agent", "grant", "tenant"]).describe("whose limit"),
	grant: z.string().nullable().describe("the grant's name, for its level"),
	window: Budget.shape.windows.keyof(),
	dimension: Limits.keyof(),
	percent: z.int().describe("50, 80 or 100"),
	limit: z.int(),
	settled: z.int().describe("what was spent of it when it was reached"),
	resetsAtMs: AtMs.nullable().describe("when the window ends; null: never"),
});

const Told = z.int().min(0);

/** A call that was not let happen: told once for each run, grant and code. What its program made up is left out. */
export const DeniedData = z.strictObject({
	grant: z.string().nullable().describe("null: the run has no such grant"),
	method: z.string().nullable().describe("null: the grant has no such method"),
	code: z.string().describe("the error's code at the call"),
	reason: z
		.enum(["canary", "secret", "policy"])
		.describe(
			"`canary`: a honeytoken stood in it, and the run was ended; `secret`: a sealed secret did; `policy`: anything else that was not allowed",
		),
	call: idOf("cal"),
});

const Count = z.int().min(0);

/** How a run stands, thin: what it returned is left out (an endpoint may ask for it). */
export const RunEventData = z.strictObject({
	status: RunStatus,
	errorCode: z.string().nullable(),
	usage: Usage,
	createdAtMs: AtMs,
	startedAtMs: AtMs.nullable(),
	endedAtMs: AtMs.nullable(),
	programDigest: z.string(),
	programVersion: z.int().nullable(),
	trigger: idOf("trg").nullable(),
	schedule: idOf("sch").nullable(),
	/** The run whose call started it. */
	parent: idOf("run").nullable(),
	mode: z.enum(["live", "dry"]),
	labels: z.array(z.string()),
	metadata: Metadata,
	/** Rises with each event of the run: of two the higher is the newer, in whatever order they come. */
	sequence: Count,
	/** What waits for a person, where the event is that something does. */
	approval: idOf("apr").nullable(),
});
z.globalRegistry.add(RunEventData, { id: "RunEventData" });
export type RunEventData = z.infer<typeof RunEventData>;

/** What each type says beside who it is about. No data ever holds a secret, an argument or a result. */
const DATA = {
	"budget.threshold": ThresholdData,
	"agent.disabled": z.strictObject({ cancelledRuns: Told, callsInFlight: Told }),
	"grant.disabled": z.strictObject({ grant: z.string(), callsInFlight: Told }),
	"tenant.suspended": z.strictObject({}),
	"call.denied": DeniedData,
	"run.succeeded": RunEventData,
	"run.failed": RunEventData,
	"run.timed_out": RunEventData,
	"run.cancelled": RunEventData,
	"run.budget_exceeded": RunEventData,
	"run.waiting_approval": RunEventData,
	"endpoint.disabled": z.strictObject({
		endpoint: idOf("end"),
		reason: z
			.enum(["gone", "failing"])
			.describe("`gone`: it answered 410; `failing`: no delivery to it succeeded for as long as is waited for one"),
		failingSinceMs: AtMs.nullable(),
	}),
	/** A time of a schedule came and no run of it was started: of a row of equal failures the first, and one a day. Times that were skipped by a switch (a disabled agent, a suspended tenant) are not told. */
	"schedule.failed": z.strictObject({
		schedule: idOf("sch"),
		tickMs: AtMs.describe("the time that the cron names; of several that were missed, the latest"),
		outcome: z
			.enum(["missed", "failed"])
			.describe("`missed`: it was too late, and the schedule's catchUp is `skip`; `failed`: nothing could be started"),
		code: z.string().nullable().describe("the error's code, where it failed; the schedule's `last` says it in words"),
	}),
	/** The agent's oldest events were given up before they could be listed: more were waiting than its object keeps. */
	"events.dropped": z.strictObject({ count: z.int().min(1), fromMs: AtMs, toMs: AtMs }),
} as const;

const eventOf = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
	z.strictObject({
		id: idOf("evt"),
		type: z.literal(type),
		atMs: AtMs,
		agent: idOf("agt").nullable().describe("null: it concerns the whole tenant"),
		run: idOf("run").nullable().describe("null: it concerns no single run"),
		data,
	});

/** Something that happened and that a tenant may want to be told. Written in the same step as the change that it tells of; never changed afterwards. */
export const TenantEvent = z.discriminatedUnion("type", [
	eventOf("budget.threshold", DATA["budget.threshold"]),
	eventOf("agent.disabled", DATA["agent.disabled"]),
	eventOf("grant.disabled", DATA["grant.disabled"]),
	eventOf("tenant.suspended", DATA["tenant.suspended"]),
	eventOf("call.denied", DATA["call.denied"]),
	eventOf("run.succeeded", DATA["run.succeeded"]),
	eventOf("run.failed", DATA["run.failed"]),
	eventOf("run.timed_out", DATA["run.timed_out"]),
	eventOf("run.cancelled", DATA["run.cancelled"]),
	eventOf("run.budget_exceeded", DATA["run.budget_exceeded"]),
	eventOf("run.waiting_approval", DATA["run.waiting_approval"]),
	eventOf("endpoint.disabled", DATA["endpoint.disabled"]),
	eventOf("schedule.failed", DATA["schedule.failed"]),
	eventOf("events.dropped", DATA["events.dropped"]),
]);
export type TenantEvent = z.infer<typeof TenantEvent>;

/** What an endpoint is sent to try it. Nothing happened: it is in no list of events, and only the endpoint that is tried has it. */
export const TestEvent = eventOf("endpoint.test", z.strictObject({ endpoint: idOf("end") }));
export type TestEvent = z.infer<typeof TestEvent>;

/** An event before it has an id and a time. */
export type NewEvent = TenantEvent extends infer Each ? (Each extends TenantEvent ? Omit<Each, "id" | "atMs"> : never) : never;

export const EVENT_TYPES = [
	"budget.threshold",
	"agent.disabled",
	"grant.disabled",
	"tenant.suspended",
	"call.denied",
	"run.succeeded",
	"run.failed",
	"run.timed_out",
	"run.cancelled",
	"run.budget_exceeded",
	"run.waiting_approval",
	"endpoint.disabled",
	"schedule.failed",
	"events.dropped",
] as const;

export const ListEventsQuery = PageQuery.extend({
	type: z.enum(EVENT_TYPES).optional(),
	agent: AgentInQuery,
});

/** An event as endpoints are told of it. */
export interface ToldEvent {
	readonly event: TenantEvent;
	/** Encoded JSON text of the run's result; null: there is none, or it is larger than LIMITS.eventResultBytes. */
	readonly result: string | null;
	/** How many webhooks of this platform led to it, one out of the other. */
	readonly hops: number;
}
