import type { ApprovalRule, Condition } from "../../contract/conditions.ts";
import { LIMITS } from "../../contract/limits.ts";
import { conditionText } from "./condition-text.ts";
import { evaluateCondition } from "./evaluate-condition.ts";

/**
 * Whether a rule wants a person's approval of a call. What cannot be told needs one: nothing fails open.
 * @returns null: none. `rule`: what wants it, in words for the approver, at most LIMITS.conditionShownChars characters.
 */
export const needsApproval = (approval: ApprovalRule, method: string, args: readonly unknown[]): null | { rule: string } => {
	if (approval === "never") return null;
	if (approval === "always") return { rule: "every call needs an approval" };
	const truth = evaluateCondition(approval.when, method, args);
	if (truth === false) return null;
	const text = conditionText(decidingPart(approval.when, method, args));
	return { rule: truth === true ? cut(text, "") : cut(text, " (cannot be told: it is missing or of another kind)") };
};

/** Of alternatives the one that holds, else the one that cannot be told; of anything else the whole. */
const decidingPart = (condition: Condition, method: string, args: readonly unknown[]): Condition => {
	if (!("any" in condition)) return condition;
	const truths = condition.any.map((part) => evaluateCondition(part, method, args));
	const index = truths.includes(true) ? truths.indexOf(true) : truths.indexOf("unknown");
	const part = condition.any[index];
	return part === undefined ? condition : decidingPart(part, method, args);
};

const cut = (text: string, end: string): string => {
	const most = LIMITS.conditionShownChars - end.length;
	return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…${end}` : `${text}${end}`;
};
