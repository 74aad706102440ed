import type { Approval, NewScope } from "../../../contract/approvals.ts";
import { answerFault } from "../../verbs/human-ask/answer-fault.ts";
import { shownTextFault } from "../../verbs/human-ask/shown-text.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { answerWaitingCall, type GivenEnd } from "./answer-call.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive } from "./run-rows.ts";
import { scopeOf } from "./scope-of.ts";
import { isSwitchedOff } from "./switched-off.ts";
import { wakeRun } from "./wake-run.ts";

/** A person's decision, as the key that sent it speaks for them. */
export interface DecideCommand {
	readonly approvalId: string;
	readonly decision: "approve" | "deny";
	/** Of what was looked at. */
	readonly digest: string;
	readonly reason: string | null;
	/** JSON text of what `human.ask` answers; null: none was given. */
	readonly answer: string | null;
	readonly scope: NewScope | null;
	/** Id of the key. */
	readonly by: string;
}

/** `resume`: the caller should execute the run now. `wallMs`: how long that may take. */
export type DecideAnswer =
	| { readonly kind: "decided"; readonly approval: Approval; readonly resume: boolean; readonly wallMs: number }
	| RefusedAnswer;

const ACTION = "Deciding an approval";

/**
 * Takes a decision, in one step: of two, the second finds it settled. What is approved is performed when its program asks for it again, once, with the
 * arguments that the digest is over; what is denied has its answer now.
 */
export const decideApproval = (state: ObjectState, command: DecideCommand, nowMs: number): DecideAnswer => {
	const approval = state.approvals.get(command.approvalId);
	if (approval === null) return refuse("not_found", `${ACTION}: there is none of that id`);
	const fault =
		staleFault(approval, command) ??
		agentFault(state, approval) ??
		settledFault(state, approval, nowMs) ??
		grantFault(state, approval, command) ??
		commandFault(approval, command);
	if (fault !== null) return fault;
	const scope = command.scope === null ? null : scopeOf(state, approval, command.scope, command.by, nowMs);
	if (scope?.kind === "refused") return scope;
	const decided: Approval = {
		...approval,
		status: command.decision === "approve" ? "approved" : "denied",
		decidedAtMs: nowMs,
		decidedBy: command.by,
		reason: command.reason,
		scopedApproval: scope?.id ?? null,
	};
	state.approvals.update(decided);
	state.outbox.mark("approval", approval.id);
	giveAnswer(state, decided, command.answer, nowMs);
	const wallMs = state.runs.get(approval.run)?.state.limits.wallMs ?? 0;
	return { kind: "decided", approval: decided, resume: wakeRun(state, approval.run, nowMs), wallMs };
};

/** An approved call stays open until it is performed; any other has its answer with the decision. */
const giveAnswer = (
	state: ObjectState,
	{ status, question, call, grant, method, reason }: Approval,
	answer: string | null,
	nowMs: number,
): void => {
	if (status === "approved" && question === null) return;
	const why = reason === null ? "a person said no" : `a person said no: ${reason}`;
	const end: GivenEnd =
		status === "approved"
			? { kind: "done", value: JSON.parse(answer ?? "null") }
			: { kind: "failed", code: "approval_denied", message: `Calling env.${grant}.${method}: ${why}` };
	answerWaitingCall(state, call, end, nowMs);
};

const staleFault = (approval: Approval, { digest }: DecideCommand): RefusedAnswer | null =>
	digest === approval.digest ? null : staleRefusal();

/** The refusal of a decision on something else than what would be done. */
export const staleRefusal = (): RefusedAnswer =>
	refuse("approval_changed", `${ACTION}: digest: found another than the approval's, wanted the one of what would be done`);

/** An agent that takes nothing new is asked first: its runs are over because of that. */
const agentFault = (state: ObjectState, { status }: Approval): RefusedAnswer | null => {
	const agent = state.facts.configuration()?.status;
	if (agent === "active" || (status !== "pending" && status !== "cancelled")) return null;
	return refuse("conflict", `${ACTION}: the agent is ${agent}, and none of its runs goes on; wanted an active one`);
};

/** What is approved could not happen: the approval stays open, so that it can be decided once the grant is switched on again. */
const grantFault = (state: ObjectState, { grant }: Approval, { decision }: DecideCommand): RefusedAnswer | null =>
	decision === "approve" && isSwitchedOff(state, grant)
		? refuse("conflict", `${ACTION}: the grant ${grant} is switched off, and nothing of it happens; wanted it switched on, or a denial`)
		: null;

const SETTLED = {
	pending: "its run is over",
	approved: "it was approved before",
	denied: "it was denied before",
	expired: "its time was over before anybody decided",
	cancelled: "its run ended before anybody decided, and nothing happens",
} as const;

/** An approval that nobody can decide any more, whoever was first: a person, the clock, or the end of its run. */
const settledFault = (state: ObjectState, { status, expiresAtMs, run }: Approval, nowMs: number): RefusedAnswer | null => {
	if (status !== "pending") return settledRefusal(status);
	const row = state.runs.get(run);
	if (row === null || !isLive(row)) return settledRefusal("cancelled");
	// The alarm may be late; its time is over all the same.
	return expiresAtMs <= nowMs ? settledRefusal("expired") : null;
};

/** The refusal of a decision that comes too late. @param status what the approval is, or what it is about to be */
export const settledRefusal = (status: Approval["status"]): RefusedAnswer =>
	refuse("approval_settled", `${ACTION}: ${SETTLED[status]}, wanted one that is pending`, { status });

const commandFault = (approval: Approval, { decision, reason, answer, scope }: DecideCommand): RefusedAnswer | null => {
	const hidden = reason === null ? null : shownTextFault(reason);
	if (hidden !== null) return invalid("reason", `found ${hidden}`, "plain text, with line breaks at most");
	if (decision === "deny") return null;
	return approval.question === null ? plainFault(answer) : askFault(approval.question, answer, scope);
};

const plainFault = (answer: string | null): RefusedAnswer | null =>
	answer === null ? null : invalid("answer", "found one to a call that asks nothing", "none: only human.ask has an answer");

const askFault = ({ schema }: NonNullable<Approval["question"]>, answer: string | null, scope: NewScope | null): RefusedAnswer | null => {
	if (scope !== null) return invalid("scope", "found one with an answer", "none: each question is asked");
	const fault = answerFault(schema, answer === null ? undefined : JSON.parse(answer));
	return fault === null ? null : refuse("invalid_request", `${ACTION}: ${fault}`, { issues: [{ path: "answer", wanted: fault }] });
};

const invalid = (path: string, found: string, wanted: string): RefusedAnswer =>
	refuse("invalid_request", `${ACTION}: ${path}: ${found}, wanted ${wanted}`, { issues: [{ path, wanted }] });
