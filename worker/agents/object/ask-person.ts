import { newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { approvalDigest } from "./approval-digest.ts";
import type { BeginCallAnswer, Surroundings } from "./begin-call.ts";
import { carryOut } from "./carry-out.ts";
import type { CallDecision } from "./decide-call.ts";
import { hasRoom, keepArguments, noRoom } from "./keep-answer.ts";
import { cannotWait, deny } from "./new-call.ts";
import { grantDigest } from "./grant-digest.ts";
import type { ObjectState } from "./object-state.ts";
import { tellRunWaits } from "./tell-run.ts";
import { countCall, type Draft, entryOf, NO_COST, newRecord, recordStart } from "./record-call.ts";

type Asking = Extract<CallDecision, { kind: "ask" }>;

/**
 * Lets a call wait for a person: its record and its approval are written in this step, with the arguments that will be executed. One that a scoped approval
 * covers goes through by it.
 */
export const askPerson = (
	state: ObjectState,
	draft: Draft,
	asking: Asking,
	args: readonly unknown[],
	surroundings: Surroundings,
): BeginCallAnswer => {
	const { nowMs } = surroundings;
	const { row, method } = draft;
	const { grant, call } = asking;
	const scope =
		call.question === undefined
			? state.scopes.match(
					{
						runId: row.id,
						grant: grant.name,
						method,
						args,
						rule: asking.rule,
						digest: () => grantDigest(state, row, grant.name),
					},
					nowMs,
				)
			: null;
	if (scope !== null) {
		const answer = carryOut(state, draft, { ...asking, rule: `scoped approval ${scope.id}` }, surroundings);
		if (answer.kind === "act" || answer.kind === "answer" || answer.kind === "keep") state.scopes.use(scope.id);
		return answer;
	}
	if (!row.state.repeatable) return cannotWait(state, row, nowMs);
	const configuration = state.facts.configuration();
	if (state.calls.countWaiting(row.id) >= LIMITS.waitingCallsPerRun || configuration === null) {
		const message = `Calling env.${grant.name}.${method}: ${LIMITS.waitingCallsPerRun} calls of the run wait for a person, the most at once`;
		return deny(state, draft, { code: "calls_exceeded", message }, nowMs);
	}
	if (!hasRoom(row, draft.argsText))
		return deny(state, draft, { code: "calls_exceeded", message: noRoom(row, grant.name, method, draft.argsText) }, nowMs);
	const id = newRoutedId("apr", draft.locator, nowMs);
	const record = { ...newRecord(state, draft, { decision: "allowed", rule: asking.rule, status: "waiting" }, nowMs), approval: id };
	const { policyVersion, programDigest } = row.state;
	const what = { run: row.id, grant: grant.name, method, args: draft.argsText ?? "[]", policyVersion, programDigest };
	const expireMs = state.facts.policy(policyVersion).policy.approvals?.expireMs ?? LIMITS.approvalMs.default;
	countCall(state, row, grant, nowMs, NO_COST, call);
	const kept = keepArguments(state, row.id, draft.argsText, "always");
	recordStart(state, record, { ...entryOf(draft, call.idempotent, null), args: kept });
	state.approvals.insert({
		id,
		agent: configuration.agentId,
		call: record.id,
		status: "pending",
		verb: grant.verb,
		...what,
		digest: approvalDigest(what),
		rule: asking.why,
		question: call.question === undefined ? null : { ...call.question, schema: jsonOf(call.question.schema) },
		createdAtMs: nowMs,
		expiresAtMs: nowMs + expireMs,
		decidedAtMs: null,
		decidedBy: null,
		reason: null,
		scopedApproval: null,
	});
	state.outbox.mark("approval", id);
	tellRunWaits(state, state.runs.get(row.id) ?? row, id, nowMs);
	return { kind: "wait", callId: record.id };
};

/** A grant's schema came out of JSON. */
const jsonOf = (schema: unknown) => JSON.parse(JSON.stringify(schema ?? null));
