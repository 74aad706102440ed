import type { Approval, NewScope, ScopedApproval } from "../../../contract/approvals.ts";
import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { matchesPattern } from "../../policy/matches-pattern.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { grantDigest } from "./grant-digest.ts";
import type { ObjectState } from "./object-state.ts";
import { argsDigest } from "./scoped-approval-rows.ts";

const ACTION = "Approving calls to come";

/**
 * Makes the scoped approval that is given with an approval, for the same agent, grant and method, and for runs that the same other agents have started, if any. A condition that does not cover the very call that is
 * approved was meant otherwise, and is refused.
 */
export const scopeOf = (
	state: ObjectState,
	approval: Approval,
	{ when, run, forMs, times }: NewScope,
	by: string,
	nowMs: number,
): (ScopedApproval & { readonly kind?: never }) | RefusedAnswer => {
	if (when !== undefined && !matchesPattern(when, approval.method, argumentsOf(approval))) {
		const wanted = "a condition that holds of the call that is approved";
		return refuse("invalid_request", `${ACTION}: scope.when: found one that does not cover this call, wanted ${wanted}`, {
			issues: [{ path: "scope.when", wanted }],
		});
	}
	const row = state.runs.get(approval.run);
	if (row === null) return refuse("not_found", `${ACTION}: the run is not there any more that asked`);
	const scoped: ScopedApproval = {
		id: newRoutedId("apr", locatorOf(approval.id), nowMs),
		agent: approval.agent,
		approval: approval.id,
		grant: approval.grant,
		grantDigest: grantDigest(state, row, approval.grant),
		method: approval.method,
		rule: state.calls.line(approval.call)?.record.rule ?? "",
		when: when ?? null,
		argsDigest: when === undefined ? argsDigest(approval.args) : null,
		run: run === true ? approval.run : null,
		usesLeft: times ?? null,
		expiresAtMs: nowMs + (forMs ?? LIMITS.scopedApprovalMs),
		createdAtMs: nowMs,
		createdBy: by,
		revokedAtMs: null,
		revokedBy: null,
	};
	if (state.scopes.insert(scoped, nowMs)) return scoped;
	return refuse(
		"conflict",
		`${ACTION}: the agent has ${LIMITS.scopedApprovalsPerAgent} scoped approvals that are open, the most there may be; revoke some, or approve without scope`,
	);
};

/** An approval is only ever made for arguments that could be read. */
const argumentsOf = ({ args }: Approval): readonly unknown[] => {
	const decoded = decodeValue(args);
	return decoded.kind === "decoded" && Array.isArray(decoded.value) ? decoded.value : [];
};
