import { argumentsIn, Condition } from "./conditions.ts";
import { LIMITS } from "./limits.ts";

/** A trigger's filter: a condition of the body (argument 0) and the headers (argument 1). Of another argument it could never be true. */
export const HookFilter = Condition.superRefine((filter, context) => {
	const stray = argumentsIn(filter).find(([first]) => first !== "0" && first !== "1");
	if (stray === undefined) return;
	const found = JSON.stringify(stray.join(".").slice(0, LIMITS.shownChars));
	context.addIssue({ code: "custom", message: `wanted arguments 0 (the body) or 1 (the headers) only, not ${found}` });
});
