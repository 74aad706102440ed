import { LIMITS } from "../../../contract/limits.ts";
import { ZERO } from "../../budgets/vector.ts";
import type { AdmitCommand } from "./admit-run.ts";
import type { Origin, RunTerms } from "./repeat-calls.ts";
import type { RunRow } from "./run-rows.ts";

/** What its policy gives a run at its admission. */
export interface GivenByPolicy {
	/** Labels that every run of the agent begins with. */
	readonly labels: readonly string[];
	/** Honeytokens that the run's calls are searched for (plant-canary). */
	readonly canaries: readonly string[];
}

/** The row of a run that is admitted now. */
export const newRow = (command: AdmitCommand, { grants, limits, policyVersion }: RunTerms, given: GivenByPolicy, nowMs: number): RunRow => {
	const isInLine = command.lineUp ?? false;
	const executes = !isInLine && limits.wallMs <= command.executesUpToMs;
	return {
		id: command.runId,
		status: "queued",
		attempt: executes ? 1 : 0,
		claimed: executes ? 1 : 0,
		revision: 1,
		settled: 0,
		archived_revision: 0,
		lease_expires_at_ms: isInLine ? null : nowMs + LIMITS.leaseMs,
		created_at_ms: nowMs,
		ended_at_ms: null,
		result: null,
		logs: [],
		state: {
			grants: [...grants],
			labels: [...new Set([...command.labels, ...given.labels, ...(command.origin?.labels ?? [])])],
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
			seed: command.origin?.seed ?? newSeed(),
			clockMs: command.origin?.clockMs ?? nowMs,
			atMs: 0,
			mode: command.mode,
			source: command.origin?.source ?? null,
			shapes: command.origin?.shapes ?? null,
			queuedAtMs: nowMs,
			crashes: 0,
			cuts: 0,
			inlineMs: command.inlineMs,
			lastCallAtMs: 0,
			changes: 0,
			journalBytes: 0,
			repeatable: true,
			woken: false,
			charged: false,
			plan: command.plan?.digest ?? null,
			givenLabels: [...command.labels],
			liveMs: command.origin === null ? nowMs : command.mode === "replay" ? null : endOf(command.origin),
			places: null,
			sent: null,
			ownUsdMicros: 0,
			pricesVersion: command.prices?.version ?? 0,
			liveSlice: null,
			parent: command.parent ?? null,
			lent: ZERO,
			canaries: [...given.canaries],
			deniedTold: [],
			secretDenials: 0,
			cause: command.cause ?? null,
			programVersion: command.programVersion ?? null,
			isolation: command.isolation ?? "fresh",
			hops: command.hops ?? 0,
			unheld: isInLine,
			calledUpAtMs: 0,
		},
	};
};

/** When the last answer of a recorded beginning came. */
const endOf = ({ clockMs, calls }: Origin): number => calls.reduce((latest, { answer }) => Math.max(latest, answer?.atMs ?? 0), clockMs);

/** 32 bytes of chance, hex: what a run's program draws its own from. */
const newSeed = (): string => [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
