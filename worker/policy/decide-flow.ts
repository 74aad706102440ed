import { FLOW_RULES } from "../../contract/agents.ts";
import type { Decision, Label } from "../verbs/verb.ts";

type FlowRule = (typeof FLOW_RULES)[number];

/** Whether a flow rule allows less than another. */
export const isStricter = (rule: FlowRule, than: FlowRule): boolean => FLOW_RULES.indexOf(rule) > FLOW_RULES.indexOf(than);

/** What a person is told who is asked because of the flow: one of the parts of an approval's rule, which `; ` joins. */
export const FLOW_WHY = "the run has read private and untrusted data, and this call sends something out of the house";

/**
 * Whether a call may follow what the run has touched already: once private and untrusted data have met, a person is asked for what is external, unless
 * the policy allows it (`allow`) or refuses it (`deny`).
 * @param touched labels of the run before this call.
 */
export const decideFlow = (flow: FlowRule, touched: ReadonlySet<string>, labels: readonly Label[]): Decision => {
	const meets = touched.has("private") && touched.has("untrusted");
	if (!meets || !labels.includes("external")) return { kind: "allowed", rule: "flow" };
	switch (flow) {
		case "allow":
			return { kind: "allowed", rule: "flow" };
		case "approve":
			return { kind: "ask", rule: "flow", why: FLOW_WHY };
		case "deny":
			return {
				kind: "denied",
				code: "flow_denied",
				message:
					"Calling an external grant: the run has read private and untrusted data, and the policy does not let anything leave after that",
				hint: "Do what is external before reading both, or split the work into two runs.",
			};
	}
};
