import type { z } from "zod";
import type { Metadata } from "../../../contract/common.ts";
import { ERRORS, type ErrorCode, Refusal } from "../../../contract/errors.ts";
import type { Run, RunLimits } from "../../../contract/runs.ts";
import type { PriceTable } from "../../../contract/budgets.ts";
import type { CompiledProgram, GrantShape } from "../../executor/protocol.ts";
import type { PartialVector } from "../../budgets/vector.ts";
import { effectiveLimits } from "../../policy/run-limits.ts";
import { sliceRefusal } from "./budget-book.ts";
import { attemptLimits } from "./attempt-limits.ts";
import { type Lender, lenderFault, withinSlice } from "./beyond-lender.ts";
import { choicesOf, putChoices } from "./call-place.ts";
import { describe } from "./describe-run.ts";
import { holdRun, refuseHold } from "./hold-run.ts";
import { refuseFullLine } from "./line-up.ts";
import { refuseCrowded } from "./live-runs.ts";
import { newRow } from "./new-row.ts";
import type { ObjectState } from "./object-state.ts";
import { plantCanary } from "./plant-canary.ts";
import { type ApprovedPlan, takePlan } from "./plan-rows.ts";
import { type Origin, type RunTerms, repeatCalls } from "./repeat-calls.ts";
import type { RunRow } from "./run-rows.ts";
import type { Cause, Parent } from "./run-state.ts";

/** What admission needs; the run's id is chosen by the caller, so a repeat is answered as the first time. */
export interface AdmitCommand {
	readonly runId: string;
	readonly program: CompiledProgram;
	readonly programDigest: string;
	/** Encoded input (contract/tagged-json). */
	readonly input: string;
	readonly files: readonly { path: string; bytes: Uint8Array }[];
	readonly grants: readonly string[] | null;
	readonly limits: RunLimits | null;
	readonly labels: readonly string[];
	readonly metadata: z.infer<typeof Metadata>;
	/** Longest run, milliseconds, that the caller executes itself; a longer one is left for the queue. */
	readonly executesUpToMs: number;
	/** How long a call may wait for a person with the isolate alive, milliseconds: no longer than the caller waits. */
	readonly inlineMs: number;
	/** `dry`: writes and spends are planned. `replay`: nothing happens that `origin` has not recorded. */
	readonly mode: "live" | "dry" | "replay";
	/** The recorded beginning of another run that this one repeats; null: it begins anew. */
	readonly origin: Origin | null;
	/** The approved plan that it executes; null: none. */
	readonly plan: ApprovedPlan | null;
	/** The tenant's prices; left out or null: the platform's. */
	readonly prices?: { readonly version: number; readonly table: PriceTable } | null;
	/** The call of another run that starts it; left out or null: nobody's program does. */
	readonly parent?: Parent | null;
	/** What the run may do that starts it; never left out beside `parent`. */
	readonly lender?: Lender | null;
	/** Honeytokens of the runs that started it. */
	readonly canaries?: readonly string[];
	/** The trigger or schedule that starts it; left out or null: neither does. */
	readonly cause?: Cause | null;
	/** Which of the agent's stored programs it is; left out or null: none of them. */
	readonly programVersion?: number | null;
	/** Left out: fresh. */
	readonly isolation?: "fresh" | "warm";
	/** How many webhooks of this platform led to it; left out: none. */
	readonly hops?: number;
	/** It stands in line, without a hold or a place, until it is called up (line-up); left out: it is executed, or queued, at once. */
	readonly lineUp?: boolean;
}

/** What somebody who executes an attempt needs to know of it. */
export interface Attempt {
	readonly runId: string;
	readonly attempt: number;
	readonly program: CompiledProgram;
	readonly input: string;
	readonly grants: readonly GrantShape[];
	readonly limits: { readonly wallMs: number; readonly cpuMs: number; readonly memoryMb: number };
	/** Names of the datasets that its grants may load beside it. */
	readonly datasets: readonly string[];
	readonly seed: string;
	/** The program's clock at its start, epoch milliseconds. */
	readonly clockMs: number;
	/** Where its program's clock goes on by itself: where the beginning of another run ends that this one repeats, or where it starts. Null: nowhere, a replay. */
	readonly liveMs: number | null;
	/** The choices that are recorded of the run. */
	readonly timeline: string;
	readonly isReplay: boolean;
	/** Whether its isolate may be that of an earlier run of the same program (docs/warm-isolates.md). */
	readonly warm: boolean;
	/** What it may share an isolate with depends on these: the labels that it begins with, the policy that it is admitted under, the agent as it is now. */
	readonly labels: readonly string[];
	readonly policyVersion: number;
	readonly agentRevision: number;
}

/** A refusal as data: errors lose their class on the way out of an object. */
export interface RefusedAnswer {
	readonly kind: "refused";
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
	readonly details: Record<string, unknown>;
}
export const refuse = (code: ErrorCode, message: string, details: Record<string, unknown> = {}): RefusedAnswer => ({
	kind: "refused",
	code,
	message,
	hint: ERRORS[code].hint,
	details,
});

export type AdmitAnswer =
	/** The caller executes this attempt; it has the lease. */
	| { kind: "execute"; attempt: Attempt; run: Run }
	/** The run waits for the queue. */
	| { kind: "queue"; run: Run }
	/** The run had been admitted before. */
	| { kind: "exists"; run: Run }
	| RefusedAnswer;

/** Takes a run in, or says why not: status, limits, concurrency, budget hold, lease, all in one step. */
export const admitRun = (state: ObjectState, command: AdmitCommand, nowMs: number): AdmitAnswer => {
	const configuration = state.facts.configuration();
	if (configuration === null || configuration.status === "archived") return refuse("not_found", "Starting a run: there is no such agent");
	const known = state.runs.get(command.runId);
	if (known !== null) return { kind: "exists", run: describe(state, configuration.agentId, known) };
	if (configuration.status === "disabled") return refuse("agent_disabled", `Starting a run: the agent ${configuration.name} is disabled`);
	if (state.facts.isSuspended()) return refuse("tenant_suspended", "Starting a run: the tenant is suspended");
	const isInLine = command.lineUp === true;
	const crowded = isInLine ? refuseFullLine(state) : refuseCrowded(state);
	if (crowded !== null) return crowded;
	const terms = command.origin?.terms ?? termsOfToday(state, command);
	if ("kind" in terms) return terms;
	const unlent = command.parent == null ? null : lenderFault(state, command, terms);
	if (unlent !== null) return unlent;
	const planted = plantCanary(state, command, terms.policyVersion);
	if (planted.kind === "refused") return planted;
	const row = newRow(command, terms, { labels: labelsOfPolicy(state, command, terms), canaries: planted.tokens }, nowMs);
	if (command.prices && state.facts.putPrices(command.prices.version, command.prices.table))
		state.facts.dropPrices(new Set([command.prices.version, ...state.runs.pricesVersions()]));
	const placed = isInLine ? NO_PLACE : takeRoom(state, row, nowMs);
	if (placed.kind === "refused") return placed;
	const { place } = placed;
	const spent = command.plan === null ? null : takePlan(state, command.plan.digest, command.plan.policyVersion, row.id);
	if (spent !== null) {
		state.book.settle(row.id, {}, nowMs);
		if (place !== null) state.slices.settleLive(place, nowMs);
		return refuse("conflict", `Executing a plan: ${spent}`);
	}
	const inputs = state.files(row.id, "input");
	for (const file of planted.files) {
		if (inputs.write(file.path, file.bytes) === "quota") throw new Error("Admitting a run: its files were to be counted before");
	}
	state.runs.insert({ ...row, state: { ...row.state, liveSlice: place } });
	if (command.mode !== "replay") state.outbox.mark("run", row.id);
	state.sql.exec(
		"INSERT INTO work (run_id, program, input, plan, stamps) VALUES (?, ?, ?, ?, ?)",
		row.id,
		JSON.stringify(command.program),
		command.input,
		JSON.stringify(command.plan?.kinds ?? []),
		JSON.stringify(command.plan?.stamps ?? {}),
	);
	if (command.origin !== null) {
		putChoices(state, row.id, command.origin.choices);
		repeatCalls(state, row, command.origin, nowMs);
	}
	const run = describe(state, configuration.agentId, row);
	return row.claimed === 1
		? { kind: "execute", run, attempt: attemptOf(state, state.runs.get(row.id) ?? row, command.program, command.input, nowMs) }
		: { kind: "queue", run };
};

/** A place among the tenant's live runs; null: it needs none. */
interface Placed {
	readonly kind: "placed";
	readonly place: number | null;
}
const NO_PLACE: Placed = { kind: "placed", place: null };

/** Sets aside what a run that is executed at once may use, and a place for it. */
const takeRoom = (state: ObjectState, row: RunRow, nowMs: number): Placed | RefusedAnswer => {
	const isReplay = row.state.mode === "replay";
	const refused = holdRun(state, row, firstAmount(row), nowMs);
	if (refused !== null) return refuseHold(refused);
	const place = isReplay ? null : state.slices.holdLive(nowMs);
	if (place === null || typeof place === "number") return { kind: "placed", place };
	state.book.settle(row.id, {}, nowMs);
	return refuseHold(sliceRefusal(place));
};

/** The most that a run's first attempt may use. A replay has no effect: it costs the CPU time that it takes. */
export const firstAmount = ({ state: { mode, limits } }: RunRow): PartialVector =>
	mode === "replay" ? { cpuMs: limits.cpuMs } : { runs: 1, cpuMs: limits.cpuMs, wallMs: limits.wallMs };

/** What a run is admitted under by today's policy, or why it is not. */
const termsOfToday = (state: ObjectState, command: AdmitCommand): RunTerms | RefusedAnswer => {
	const configuration = state.facts.configuration();
	const fault = requestFault(state, command);
	if (configuration === null || fault !== null) return fault ?? refuse("not_found", "Starting a run: there is no such agent");
	const { bound, policy } = state.facts.policy(configuration.policyVersion);
	const ungranted = command.program.libraries?.find((name) => !(policy.libraries ?? []).some((granted) => granted === name));
	if (ungranted !== undefined)
		return refuse("conflict", `Starting a run: the policy was changed meanwhile and does not grant the library ${ungranted} any more`);
	return {
		grants: [...(command.grants ?? bound.grants.keys())],
		limits: withinSlice(effectiveLimits(policy.limits, configuration.budget.limits, command.limits ?? undefined), command.parent ?? null),
		policyVersion: configuration.policyVersion,
	};
};

/** What is wrong with a request as long as the agent stays as it is: grants that it does not have, limits above its own. Null: nothing. @param action how the refusal begins */
export const requestFault = (
	state: ObjectState,
	command: Pick<AdmitCommand, "grants" | "limits">,
	action = "Starting a run",
): RefusedAnswer | null => {
	const configuration = state.facts.configuration();
	if (configuration === null) return refuse("not_found", `${action}: there is no such agent`);
	const { bound, policy } = state.facts.policy(configuration.policyVersion);
	const unknown = command.grants?.find((name) => !bound.grants.has(name));
	if (unknown !== undefined) {
		const granted = [...bound.grants.keys()].join(", ");
		return refuse(
			"invalid_request",
			`${action}: grants: found ${JSON.stringify(unknown)}, wanted names out of ${granted === "" ? "none: the agent has no grants" : granted}`,
		);
	}
	try {
		effectiveLimits(policy.limits, configuration.budget.limits, command.limits ?? undefined, action);
		return null;
	} catch (error) {
		if (error instanceof Refusal) return refuse(error.code, error.message, error.details);
		throw error;
	}
};

/** What a plain fetch() becomes: the harness calls it by itself, no program's `env` has it. */
const PLAIN_FETCH = "fetchAny";

const datasetsOf = (state: ObjectState, row: RunRow): string[] => {
	const { bound } = state.facts.policy(row.state.policyVersion);
	const refs = row.state.grants.flatMap((name) => bound.grants.get(name)?.bound.resources ?? []);
	return [...new Set(refs.filter(({ kind }) => kind === "dataset").map(({ name }) => name))];
};

/** The grants as the harness needs them, and the rest of what an attempt is. */
export const attemptOf = (state: ObjectState, row: RunRow, program: CompiledProgram, input: string, nowMs: number): Attempt => {
	const { wallMs, cpuMs, memoryMb } = attemptLimits(state, row);
	return {
		runId: row.id,
		attempt: row.attempt,
		program,
		input,
		grants: shapesOf(state, row),
		limits: { wallMs, cpuMs, memoryMb },
		datasets: row.state.mode === "replay" ? [] : datasetsOf(state, row),
		seed: row.state.seed,
		clockMs: row.state.clockMs,
		liveMs: row.state.liveMs === null ? null : row.state.liveMs + (row.attempt > 1 ? nowMs - begunAtMs(row) : 0),
		timeline: choicesOf(state, row.id),
		isReplay: row.state.mode === "replay",
		// A honeytoken that lingered could be sent by a run whose calls are searched for another; what a run read that somebody's program started, by one that
		// may do less.
		warm:
			row.state.isolation === "warm" &&
			row.attempt === 1 &&
			row.state.mode === "live" &&
			row.state.source === null &&
			row.state.parent === null &&
			row.state.canaries.length === 0,
		labels: row.state.labels,
		policyVersion: row.state.policyVersion,
		agentRevision: state.facts.configuration()?.revision ?? 0,
	};
};

/** When its first attempt began, for its program. */
const begunAtMs = (row: RunRow): number => (row.state.calledUpAtMs === 0 ? row.created_at_ms : row.state.calledUpAtMs);

/** The run's grants as the harness needs them. */
export const shapesOf = (state: ObjectState, row: RunRow): GrantShape[] => {
	if (row.state.shapes !== null) return row.state.shapes;
	const { bound } = state.facts.policy(row.state.policyVersion);
	return row.state.grants.flatMap((name) => {
		const grant = bound.grants.get(name);
		if (grant === undefined) return [];
		const { methods, streams } = grant.bound;
		return [{ name, verb: grant.verb, methods: methods.filter((method) => method !== PLAIN_FETCH), streams: [...(streams ?? [])] }];
	});
};

/** What every run of the agent begins with. A replay decides nothing, and its policy may be gone. */
const labelsOfPolicy = (state: ObjectState, { mode }: AdmitCommand, { policyVersion }: RunTerms): readonly string[] =>
	mode === "replay" ? [] : state.facts.policy(policyVersion).bound.labels;
