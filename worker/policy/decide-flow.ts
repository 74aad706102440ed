import type { FLOW_RULES } from "../../contract/agents.ts";
import type { Decision, Label } from "../verbs/verb.ts";

/**
 * Whether a call may follow what the run has touched already: once private and untrusted data have met, what is external is refused unless the
 * policy allows it. `approve` refuses too, until a person can be asked.
 * @param touched labels of the run before this call.
 */
export const decideFlow = (flow: (typeof FLOW_RULES)[number], touched: ReadonlySet<string>, labels: readonly Label[]): Decision => {
	const meets = touched.has("private") && touched.has("untrusted");
	if (!meets || !labels.includes("external") || flow === "allow") return { kind: "allowed", rule: "flow" };
	return {
		kind: "denied",
		code: "flow_denied",
		message:
			"Calling an external grant: the run has read private and untrusted data, and the policy does not let anything leave after that",
		hint: "Do what is external before reading both, or split the work into two runs.",
	};
};
