import { expect, test } from "vitest";
import { decideFlow } from "../../../worker/policy/decide-flow.ts";
import { LABELS } from "../../../worker/verbs/verb.ts";

const BOTH = new Set(["private", "untrusted"]);

test("once private and untrusted data have met, what is external is asked about, allowed or refused, as the policy says", () => {
	expect(decideFlow("approve", BOTH, ["external"])).toEqual({
		kind: "ask",
		rule: "flow",
		why: "the run has read private and untrusted data, and this call sends something out of the house",
	});
	expect(decideFlow("allow", BOTH, ["external"])).toEqual({ kind: "allowed", rule: "flow" });
	expect(decideFlow("deny", BOTH, ["external"])).toMatchObject({ kind: "denied", code: "flow_denied" });
});

test("anything else may flow, whatever the policy says", () => {
	for (const flow of ["allow", "approve", "deny"] as const) {
		for (const touched of [[], ["private"], ["untrusted"], ["external"], ["private", "external"]])
			expect(decideFlow(flow, new Set(touched), LABELS).kind, touched.join()).toBe("allowed");
		expect(decideFlow(flow, BOTH, ["private", "untrusted"]).kind).toBe("allowed");
	}
});
