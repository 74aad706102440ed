import { describe, expect, test } from "vitest";
import type { FlowRule } from "../../../contract/agents.ts";
import { bindFlow } from "../../../worker/policy/bind-flow.ts";
import { decideFlow, FLOW_WHY, flowHosts, type FlowingCall } from "../../../worker/policy/decide-flow.ts";

const BOTH = new Set(["private", "untrusted"]);
const out = (grant: string, to: FlowingCall["to"] = null): FlowingCall => ({ grant, labels: ["external"], to });
const decide = (rules: readonly FlowRule[], call: FlowingCall, touched: ReadonlySet<string> = BOTH) =>
	decideFlow(rules.map(bindFlow), touched, call);
const CRM = { host: "api.crm.example", port: 443 };
const listing = (otherwise?: "approve" | "deny"): FlowRule => ({
	allow: [{ grant: "crm", hosts: ["api.crm.example"] }, { grant: "notify" }],
	otherwise,
});

describe("an external call after private and untrusted data have met", () => {
	test("is asked about by default, refused with deny, let through with allow", () => {
		const asks = { kind: "ask", rule: "flow", why: FLOW_WHY };
		expect(decideFlow([bindFlow(undefined)], BOTH, out("web"))).toEqual(asks);
		expect(decide(["approve"], out("web"))).toEqual(asks);
		expect(decide(["allow"], out("web"))).toEqual({ kind: "allowed", rule: "flow" });
		expect(decide(["deny"], out("web"))).toMatchObject({ kind: "denied", code: "flow_denied" });
	});

	test("with one of the labels missing, or to a grant that is not external, it is none of the rule's business", () => {
		for (const touched of [[], ["private"], ["untrusted"]])
			for (const rule of ["allow", "approve", "deny", listing("deny")] as const)
				expect(decide([rule], out("web"), new Set(touched)).kind, touched.join()).toBe("allowed");
		expect(decide(["deny"], { grant: "web", labels: ["private", "untrusted"], to: null }).kind).toBe("allowed");
	});

	test("goes unasked to a named recipient, and to the named hosts of one", () => {
		for (const otherwise of ["approve", "deny"] as const) {
			expect(decide([listing(otherwise)], out("notify")).kind).toBe("allowed");
			expect(decide([listing(otherwise)], out("crm", CRM)).kind).toBe("allowed");
		}
	});

	test("goes nowhere else unasked: another grant, another host, a host below, a host that nobody knows", () => {
		const others = [
			out("web", CRM),
			out("crm", { host: "crm.example", port: 443 }),
			out("crm", { ...CRM, host: "x.api.crm.example" }),
			out("crm"),
		];
		for (const call of others) {
			expect(decide([listing("deny")], call)).toMatchObject({ kind: "denied", code: "flow_denied" });
			expect(decide([listing("approve")], call).kind).toBe("ask");
			expect(decide([listing()], call).kind).toBe("ask");
		}
	});

	test("a denial names the recipients that there are", () => {
		expect(decide([listing("deny")], out("web"))).toMatchObject({
			message: expect.stringContaining("env.crm (api.crm.example), env.notify"),
		});
	});

	test("a host without a port is every port that the grant allows, one with a port is that one", () => {
		const rule = (host: string): FlowRule => ({ allow: [{ grant: "crm", hosts: [host] }], otherwise: "deny" });
		expect(decide([rule("api.crm.example")], out("crm", { ...CRM, port: 8443 })).kind).toBe("allowed");
		expect(decide([rule("api.crm.example:8443")], out("crm", { ...CRM, port: 8443 })).kind).toBe("allowed");
		expect(decide([rule("api.crm.example:8443")], out("crm", CRM)).kind).toBe("denied");
	});

	test("two entries for one grant allow what either allows", () => {
		const two: FlowRule = {
			allow: [
				{ grant: "crm", hosts: ["a.example"] },
				{ grant: "crm", hosts: ["b.example"] },
			],
			otherwise: "deny",
		};
		expect(["a", "b", "c"].map((name) => decide([two], out("crm", { host: `${name}.example`, port: 443 })).kind)).toEqual([
			"allowed",
			"allowed",
			"denied",
		]);
		const all: FlowRule = { allow: [{ grant: "crm", hosts: ["a.example"] }, { grant: "crm" }], otherwise: "deny" };
		expect(decide([all], out("crm", { host: "c.example", port: 443 })).kind).toBe("allowed");
	});
});

describe("of several rules that bind", () => {
	const RULES: readonly FlowRule[] = [
		"allow",
		"approve",
		"deny",
		listing("approve"),
		listing("deny"),
		{ allow: [{ grant: "web" }], otherwise: "deny" },
	];
	const STRICTNESS = { allowed: 0, ask: 1, denied: 2 };

	test("naming recipients asks about nothing that is let through without, and denies nothing that is asked about", () => {
		for (const call of [out("crm", CRM), out("web"), out("notify")])
			expect(STRICTNESS[decide([listing()], call).kind]).toBeLessThanOrEqual(STRICTNESS[decide(["approve"], call).kind]);
	});

	test("the strictest outcome counts, whichever rule is first", () => {
		for (const call of [out("crm", CRM), out("crm", { host: "other.example", port: 443 }), out("notify"), out("web"), out("unknown")])
			for (const one of RULES)
				for (const other of RULES) {
					const alone = [one, other].map((rule) => STRICTNESS[decide([rule], call).kind]);
					expect(STRICTNESS[decide([one, other], call).kind]).toBe(Math.max(...alone));
				}
	});
});

describe("a call that goes to named hosts alone", () => {
	const hostsOf = (rules: readonly FlowRule[], call: FlowingCall, touched: ReadonlySet<string> = BOTH) =>
		flowHosts(rules.map(bindFlow), touched, call).map((hosts) => hosts.map(({ host }) => host));

	test("is held to them, by each rule that names some", () => {
		expect(hostsOf([listing("deny")], out("crm", CRM))).toEqual([["api.crm.example"]]);
		expect(hostsOf([listing("deny"), "allow", listing()], out("crm", CRM))).toEqual([["api.crm.example"], ["api.crm.example"]]);
	});

	test("is held by nothing before the labels have met, to a recipient without hosts, or where a person answers for it", () => {
		expect(hostsOf([listing("deny")], out("crm", CRM), new Set(["private"]))).toEqual([]);
		expect(hostsOf([listing("deny")], out("notify"))).toEqual([]);
		expect(hostsOf([listing("approve")], out("crm", { host: "other.example", port: 443 }))).toEqual([]);
	});
});
