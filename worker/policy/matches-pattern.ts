import type { Condition } from "../../contract/conditions.ts";
import { evaluateCondition } from "./evaluate-condition.ts";

/** Whether a call is one of those that a scoped approval was given for. What cannot be told is none of them: nothing fails open. */
export const matchesPattern = (condition: Condition, method: string, args: readonly unknown[]): boolean =>
	evaluateCondition(condition, method, args) === true;
