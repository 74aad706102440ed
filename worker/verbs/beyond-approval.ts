import type { ApprovalRule } from "../../contract/conditions.ts";
import { isSameJson } from "./is-same-json.ts";

/**
 * How a rule may leave out a person where another one asks, in words; null: it asks at least whenever the other does. It does when it always asks, has the
 * same condition, or has it as one of its alternatives: one that holds or cannot be told makes the whole ask. Of other conditions nothing is proven.
 */
export const beyondApproval = (path: string, parent: ApprovalRule, child: ApprovalRule): string | null => {
	if (parent === "never" || child === "always") return null;
	const wanted = parent === "always" ? "always" : "the parent's own condition, alone or as one of `any`, or always";
	if (parent === "always" || child === "never") return `${path}: found ${child === "never" ? child : "a condition"}, wanted ${wanted}`;
	const alternatives = "any" in child.when ? child.when.any : [];
	const isAsked = [child.when, ...alternatives].some((condition) => isSameJson(condition, parent.when));
	return isAsked ? null : `${path}: found another condition, wanted ${wanted}`;
};
