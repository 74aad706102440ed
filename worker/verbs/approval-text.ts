import type { ApprovalRule } from "../../contract/conditions.ts";

/**
 * What a declaration says of a rule, a sentence; null where it asks for nothing. Which calls a condition means is not told: a program is no better for knowing
 * where it ends.
 */
export const approvalText = (rule: ApprovalRule): string | null => {
	if (rule === "never") return null;
	const which = rule === "always" ? "Each call waits" : "Some calls wait";
	return `${which} for a person's approval, which may take days; without one the code is approval_denied or approval_expired.`;
};
