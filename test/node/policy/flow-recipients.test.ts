import { describe, expect, test } from "vitest";
import { Policy } from "../../../contract/agents.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";
import { beyondFlow } from "../../../worker/policy/attenuate-flow.ts";
import { readRecipientHost, withinHosts } from "../../../worker/verbs/http-fetch/recipient-host.ts";

const RULE = "private+untrusted -> external";
const GRANTS = {
	crm: { verb: "http.fetch", allow: [{ host: "*.crm.example" }, { host: "127.0.0.1:8080", scheme: "http" }] },
	forms: { verb: "http.fetch", templates: { send: { url: "https://forms.example/a/{id}", params: { id: {} } } } },
	boss: { verb: "human.ask", labels: ["external"] },
};
const policyOf = (allow: unknown, grants: object = GRANTS) => Policy.parse({ grants, flow: { [RULE]: { allow, otherwise: "deny" } } });
const faultOf = (allow: unknown): string => {
	try {
		bindPolicy(policyOf(allow));
		return "";
	} catch (error) {
		return error instanceof Error ? error.message : "";
	}
};

describe("recipients of a flow rule", () => {
	test("are grants of the policy, with hosts that they reach", () => {
		expect(faultOf([{ grant: "crm" }, { grant: "crm", hosts: ["api.crm.example", "127.0.0.1:8080", "127.0.0.1"] }])).toBe("");
		expect(faultOf([{ grant: "forms", hosts: ["forms.example"] }, { grant: "boss" }])).toBe("");
	});

	test.each([
		[{ grant: "crn" }, '"crn", wanted a grant of the policy: crm, forms, boss'],
		[{ grant: "boss", hosts: ["boss.example"] }, "a grant of human.ask, wanted none: hosts are for http.fetch"],
		[{ grant: "crm", hosts: ["evil.example"] }, '"evil.example", wanted a host that the grant crm reaches'],
		[{ grant: "crm", hosts: ["crm.example"] }, "wanted a host that the grant crm reaches"],
		[{ grant: "crm", hosts: ["127.0.0.1:8081"] }, "wanted a host that the grant crm reaches"],
		[{ grant: "crm", hosts: ["*.crm.example"] }, "wanted an exact host: a * names whoever has a name below it"],
		[{ grant: "crm", hosts: ["https://api.crm.example"] }, "wanted an exact host"],
	])("%j is refused with the policy, in words", (recipient, words) => {
		expect(faultOf([recipient])).toContain(words);
		expect(faultOf([recipient])).toContain(`flow.${RULE}.allow.0`);
	});

	test("are bounded, and the rule has no other fields", () => {
		const many = (count: number) => Array.from({ length: count }, () => ({ grant: "crm" }));
		expect(Policy.safeParse({ grants: GRANTS, flow: { [RULE]: { allow: many(LIMITS.flowRecipients) } } }).success).toBe(true);
		for (const rule of [{ allow: many(LIMITS.flowRecipients + 1) }, { allow: [], otherwise: "allow" }, { allow: [], else: "deny" }, "ask"])
			expect(Policy.safeParse({ grants: GRANTS, flow: { [RULE]: rule } }).success).toBe(false);
	});

	test("policies as they were stored before still parse", () => {
		for (const rule of ["allow", "approve", "deny"] as const)
			expect(bindPolicy(Policy.parse({ grants: {}, flow: { [RULE]: rule } })).flow).toEqual({ listed: new Map(), otherwise: rule });
		expect(bindPolicy(Policy.parse({ grants: {} })).flow.otherwise).toBe("approve");
	});
});

describe("a grant within hosts", () => {
	const hosts = (...texts: string[]) =>
		texts.flatMap((text) => {
			const reading = readRecipientHost(text);
			return reading.kind === "host" ? [reading.host] : [];
		});
	const narrowed = (grant: object, ...texts: string[]) =>
		(withinHosts({ verb: "http.fetch", ...grant }, hosts(...texts)).allow ?? []).map(({ host, ports }) =>
			[host, ...(ports ?? [])].join(" "),
		);

	test("has its rules for these hosts alone, each with its own port", () => {
		expect(narrowed(GRANTS.crm, "api.crm.example")).toEqual(["api.crm.example"]);
		expect(narrowed(GRANTS.crm, "api.crm.example", "127.0.0.1")).toEqual(["api.crm.example", "127.0.0.1:8080"]);
		expect(narrowed({ allow: [{ host: "*.a.example:8443" }, { host: "b.a.example", ports: [1, 2] }] }, "b.a.example")).toEqual([
			"b.a.example:8443",
			"b.a.example 1 2",
		]);
		expect(narrowed({ allow: [{ host: "b.a.example", ports: [1, 2] }] }, "b.a.example:2")).toEqual(["b.a.example:2"]);
	});

	test("keeps its templates, and no rule where none covers a host", () => {
		const within = withinHosts({ ...GRANTS.forms, allow: [{ host: "a.example" }] }, hosts("forms.example"));
		expect(within.allow).toBeUndefined();
		expect(Object.keys(within.templates ?? {})).toEqual(["send"]);
	});
});

describe("a child's flow rule against its parent's", () => {
	const over = (rule: unknown, grants: object = GRANTS) => {
		const bound = bindPolicy(Policy.parse({ grants, flow: { [RULE]: rule } }));
		return { flow: bound.flow, grants: [...bound.grants.values()] };
	};
	const beyond = (parent: unknown, child: unknown, childGrants: object = GRANTS, names = Object.keys(childGrants)) =>
		beyondFlow(over(parent), over(child, childGrants), names);

	test("is as strict or stricter: deny under approve under allow", () => {
		for (const [parent, child] of [
			["allow", "allow"],
			["allow", "deny"],
			["approve", "approve"],
			["approve", "deny"],
			["deny", "deny"],
		])
			expect(beyond(parent, child)).toBeNull();
		for (const [parent, child] of [
			["approve", "allow"],
			["deny", "approve"],
			["deny", "allow"],
		])
			expect(beyond(parent, child)).toContain(`flow rule ${child}`);
	});

	test("may name recipients that the parent's names too, under whatever name, for the same hosts or fewer", () => {
		const parent = { allow: [{ grant: "crm", hosts: ["api.crm.example", "127.0.0.1:8080"] }], otherwise: "approve" };
		const other = { mail: GRANTS.crm };
		expect(beyond(parent, { allow: [{ grant: "mail", hosts: ["api.crm.example"] }] }, other)).toBeNull();
		expect(beyond({ allow: [{ grant: "crm" }] }, { allow: [{ grant: "mail" }] }, other)).toBeNull();
		expect(beyond(parent, { allow: [{ grant: "mail" }] }, other)).toContain("calls of its grant mail leave unasked");
		expect(beyond(parent, { allow: [{ grant: "mail", hosts: ["b.crm.example"] }] }, other)).toContain("mail");
		expect(beyond(parent, { allow: [{ grant: "mail", hosts: ["127.0.0.1"] }] }, other)).toContain("mail");
		expect(beyond(parent, { allow: [{ grant: "mail" }] }, other, [])).toBeNull();
	});

	test("may name no recipient where the parent names none, nor one that reaches more, nor ask where the parent denies", () => {
		expect(beyond("approve", { allow: [{ grant: "crm" }] })).toContain("grant crm");
		const wider = { crm: { verb: "http.fetch", allow: [{ host: "*.example.com" }] } };
		expect(beyond({ allow: [{ grant: "crm" }] }, { allow: [{ grant: "crm" }] }, wider)).toContain("grant crm");
		expect(beyond({ allow: [{ grant: "crm" }], otherwise: "deny" }, { allow: [{ grant: "crm" }] })).toContain("flow rule approve");
	});
});
