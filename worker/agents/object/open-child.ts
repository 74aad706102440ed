import { z } from "zod";
import type { Policy } from "../../../contract/agents.ts";
import type { ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { CompiledProgram } from "../../executor/protocol.ts";
import { flowRuleOf } from "../../policy/bind-flow.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import type { Lender } from "./beyond-lender.ts";
import { touchedBy } from "./call-flow.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRow } from "../../db/rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import type { Parent } from "./run-state.ts";
import { isSwitchedOff, switchedOff } from "./switched-off.ts";

/** A call that is to start a run. */
export interface OpenChildCommand {
	readonly callId: string;
	/** As the grant names the agent. */
	readonly agent: string;
	/** The agent that it stands for, and the run's id: both are kept from the first time on. */
	readonly childAgentId: string;
	readonly childRunId: string;
	/** Most that may be open through the grant at once; null: the platform's bound. */
	readonly atOnce: number | null;
}

export type OpenChildAnswer =
	| {
			readonly kind: "open";
			readonly childAgentId: string;
			readonly childRunId: string;
			/** Somebody was about to admit it before: it may be there. */
			readonly isAgain: boolean;
			readonly parent: Parent;
			readonly lender: Lender;
			readonly labels: readonly string[];
			/** Honeytokens that the run's calls are searched for, and from now on that one's too. */
			readonly canaries: readonly string[];
			/** How many webhooks of this platform led to the run that starts it. */
			readonly hops: number;
			/** What the run itself executes. */
			readonly own: { readonly program: CompiledProgram; readonly programDigest: string; readonly programVersion: number | null } | null;
	  }
	/** It was admitted, or has ended: the call waits for it. */
	| { readonly kind: "waits" }
	/** The run is over: nothing is to be started. */
	| { readonly kind: "over" }
	| RefusedAnswer;

const Work = z.object({ program: jsonColumn(CompiledProgram) });

/**
 * Writes down that a call is about to start a run, before anybody is asked for it: if this run ends, that one is ended too, whatever died in between. Says all
 * that the other agent's object must know of it, so that none of it is any program's word.
 */
export const openChild = (state: ObjectState, command: OpenChildCommand, nowMs: number): OpenChildAnswer => {
	const call = state.calls.line(command.callId)?.record;
	const row = call === undefined ? null : state.runs.get(call.run);
	const configuration = state.facts.configuration();
	if (call === undefined || row === null || configuration === null || !isLive(row)) return { kind: "over" };
	const known = state.kin.child(command.callId);
	if (known?.status === "running" || known?.status === "ended") return { kind: "waits" };
	if (call.status !== "started") return { kind: "over" };
	if (known === null && isSwitchedOff(state, call.grant)) {
		const { code, message } = switchedOff(call.grant, call.method);
		return refused(code, message);
	}
	const crowd = known === null ? crowdOf(state, row, call.grant, command.atOnce) : null;
	if (crowd !== null) return refused("calls_exceeded", `Calling env.${call.grant}.${call.method}: ${crowd}`);
	const { callId: call_id, childRunId: child_run_id, childAgentId: child_agent_id } = command;
	if (known === null) state.kin.open({ call_id, run_id: row.id, grant_name: call.grant, child_run_id, child_agent_id }, nowMs);
	else state.kin.openAgain(call_id);
	const childAgentId = known?.child_agent_id ?? child_agent_id;
	return {
		kind: "open",
		childAgentId,
		childRunId: known?.child_run_id ?? child_run_id,
		isAgain: known !== null,
		parent: {
			agentId: configuration.agentId,
			runId: row.id,
			callId: call.id,
			rootRunId: row.state.parent?.rootRunId ?? row.id,
			depth: depthOf(row) + 1,
			ancestors: [...(row.state.parent?.ancestors ?? []), configuration.agentId],
			slice: { ...state.book.lentOf(call.id) },
		},
		lender: lenderOf(state, row, { [command.agent]: childAgentId, [configuration.name]: configuration.agentId }),
		labels: [...touchedBy(state, row)],
		canaries: row.state.canaries,
		hops: row.state.hops,
		own: ownProgram(state, row),
	};
};

const refused = (code: ErrorCode, message: string): RefusedAnswer => refuse(code, message);

const depthOf = (row: RunRow): number => row.state.parent?.depth ?? 0;

const crowdOf = (state: ObjectState, row: RunRow, grant: string, atOnce: number | null): string | null => {
	if (depthOf(row) >= LIMITS.runDepth) return `the run is ${LIMITS.runDepth} deep, the most; it starts no others`;
	const { all, open, openOfGrant } = state.kin.count(row.id, grant);
	if (all >= LIMITS.childrenPerRun) return `the run has started ${LIMITS.childrenPerRun} runs, the most it may`;
	if (open >= LIMITS.childrenAtOnce) return `${LIMITS.childrenAtOnce} runs that it started go on, the most at once; await some first`;
	return atOnce !== null && openOfGrant >= atOnce ? `${atOnce} runs go on, the most at once through this grant; await some first` : null;
};

/** What the run may do itself: its grants by the policy that it was admitted under and by today's, since what was taken away is not passed on either. */
const lenderOf = (state: ObjectState, row: RunRow, agents: Readonly<Record<string, string>>): Lender => {
	const { facts } = state;
	const { agentId = "", policyVersion = row.state.policyVersion } = facts.configuration() ?? {};
	const versions = [...new Set([row.state.policyVersion, policyVersion])];
	const policies = versions.map((version) => facts.policy(version));
	const names = row.state.grants.filter((name) => !isSwitchedOff(state, name));
	return {
		agentId,
		names: agents,
		policies: policies.map(({ policy }) => ({ grants: granted(policy, names), flow: flowRuleOf(policy) ?? "approve" })),
	};
};

const granted = ({ grants }: Policy, names: readonly string[]): Policy["grants"] =>
	Object.fromEntries(Object.entries(grants).filter(([name]) => names.includes(name)));

const ownProgram = (state: ObjectState, row: RunRow): Extract<OpenChildAnswer, { kind: "open" }>["own"] => {
	const work = readRow(state.sql, Work, "SELECT program FROM work WHERE run_id = ?", row.id);
	const { programDigest, programVersion } = row.state;
	return work === null ? null : { program: work.program, programDigest, programVersion };
};
