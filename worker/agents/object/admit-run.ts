import type { z } from "zod";
import type { Metadata } from "../../../contract/common.ts";
import { ERRORS, type ErrorCode, Refusal } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Run, RunLimits } from "../../../contract/runs.ts";
import { describeShortage } from "../../budgets/describe-budget.ts";
import { priceOf } from "../../budgets/prices.ts";
import type { CompiledProgram, GrantShape } from "../../executor/protocol.ts";
import { effectiveLimits } from "../../policy/run-limits.ts";
import type { ObjectState } from "./object-state.ts";
import { describeRun, type RunRow } from "./run-rows.ts";

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
	if (state.runs.countLive() >= LIMITS.liveRunsPerAgent) {
		return refuse("concurrency_exceeded", `Starting a run: ${LIMITS.liveRunsPerAgent} runs of the agent are live, the most there may be`, {
			retryAfterSeconds: 1,
		});
	}
	const fault = requestFault(state, command);
	if (fault !== null) return fault;
	const { bound, policy } = state.facts.policy(configuration.policyVersion);
	const ungranted = command.program.libraries?.find((name) => !(policy.libraries ?? []).some((granted) => granted === name));
	if (ungranted !== undefined)
		return refuse("conflict", `Starting a run: the policy was changed meanwhile and does not grant the library ${ungranted} any more`);
	const limits = effectiveLimits(policy.limits, configuration.budget.limits, command.limits ?? undefined);
	const row = newRow(command, [...(command.grants ?? bound.grants.keys())], limits, configuration.policyVersion, nowMs);
	const amount = { runs: 1, cpuMs: limits.cpuMs, wallMs: limits.wallMs };
	const worst = { ...amount, usdMicros: priceOf(amount) };
	const shortage = state.book.hold(row.id, row.id, configuration.budget.limits, worst, holdExpiry(limits.wallMs, nowMs), nowMs);
	if (shortage !== null) return refuse("budget_exceeded", describeShortage(shortage), { shortage });
	const inputs = state.files(row.id, "input");
	for (const file of command.files) {
		if (inputs.write(file.path, file.bytes) === "quota") throw new Error("Admitting a run: its files were to be counted before");
	}
	state.runs.insert(row);
	state.outbox.mark("run", row.id);
	state.sql.exec("INSERT INTO work (run_id, program, input) VALUES (?, ?, ?)", row.id, JSON.stringify(command.program), command.input);
	const run = describe(state, configuration.agentId, row);
	return row.claimed === 1
		? { kind: "execute", run, attempt: attemptOf(state, row, command.program, command.input) }
		: { kind: "queue", run };
};

/** What is wrong with a request as long as the agent stays as it is: grants that it does not have, limits above its own. Null: nothing. */
export const requestFault = (state: ObjectState, command: Pick<AdmitCommand, "grants" | "limits">): RefusedAnswer | null => {
	const configuration = state.facts.configuration();
	if (configuration === null) return refuse("not_found", "Starting a run: there is no such agent");
	const { bound, policy } = state.facts.policy(configuration.policyVersion);
	const unknown = command.grants?.find((name) => !bound.grants.has(name));
	if (unknown !== undefined) {
		const granted = [...bound.grants.keys()].join(", ");
		return refuse(
			"invalid_request",
			`Starting a run: grants: found ${JSON.stringify(unknown)}, wanted names out of ${granted === "" ? "none: the agent has no grants" : granted}`,
		);
	}
	try {
		effectiveLimits(policy.limits, configuration.budget.limits, command.limits ?? undefined);
		return null;
	} catch (error) {
		if (error instanceof Refusal) return refuse(error.code, error.message, error.details);
		throw error;
	}
};

/** A run's hold outlives its wall time, its waiting and a lost lease; the alarm settles what is left then. */
export const holdExpiry = (wallMs: number, nowMs: number): number => nowMs + wallMs + 24 * 60 * 60 * 1000;

export const describe = (state: ObjectState, agentId: string, row: RunRow): Run =>
	describeRun(agentId, row, state.files(row.id, "output").outputs());

/** What a plain fetch() becomes: the harness calls it by itself, no program's `env` has it. */
const PLAIN_FETCH = "fetchAny";

const datasetsOf = (state: ObjectState, row: RunRow): string[] => {
	const { bound } = state.facts.policy(row.state.policyVersion);
	const refs = row.state.grants.flatMap((name) => bound.grants.get(name)?.bound.resources ?? []);
	return [...new Set(refs.filter(({ kind }) => kind === "dataset").map(({ name }) => name))];
};

/** The grants as the harness needs them, and the rest of what an attempt is. */
export const attemptOf = (state: ObjectState, row: RunRow, program: CompiledProgram, input: string): Attempt => {
	const { bound } = state.facts.policy(row.state.policyVersion);
	const grants = row.state.grants.flatMap((name) => {
		const grant = bound.grants.get(name);
		if (grant === undefined) return [];
		const { methods, streams } = grant.bound;
		return [{ name, verb: grant.verb, methods: methods.filter((method) => method !== PLAIN_FETCH), streams: [...(streams ?? [])] }];
	});
	const { wallMs, cpuMs, memoryMb } = row.state.limits;
	return {
		runId: row.id,
		attempt: row.attempt,
		program,
		input,
		grants,
		limits: { wallMs, cpuMs, memoryMb },
		datasets: datasetsOf(state, row),
	};
};

const newRow = (
	command: AdmitCommand,
	grants: string[],
	limits: RunRow["state"]["limits"],
	policyVersion: number,
	nowMs: number,
): RunRow => {
	const executes = limits.wallMs <= command.executesUpToMs;
	return {
		id: command.runId,
		status: "queued",
		attempt: executes ? 1 : 0,
		claimed: executes ? 1 : 0,
		revision: 1,
		settled: 0,
		archived_revision: 0,
		lease_expires_at_ms: nowMs + LIMITS.leaseMs,
		created_at_ms: nowMs,
		ended_at_ms: null,
		result: null,
		logs: [],
		state: {
			grants,
			labels: [...new Set(command.labels)],
			limits,
			policyVersion,
			programDigest: command.programDigest,
			metadata: command.metadata,
			startedAtMs: null,
			error: null,
			usage: { cpuMs: 0, wallMs: 0, calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
			logsTruncated: false,
			callCount: 0,
			callsByGrant: {},
			tokensByGrant: {},
		},
	};
};
