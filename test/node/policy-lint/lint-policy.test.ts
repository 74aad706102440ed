import { describe, expect, test } from "vitest";
import { Policy } from "../../../contract/agents.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { LINT_RULES, type LintWarning } from "../../../contract/lint.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";
import { lintPolicy } from "../../../worker/policy-lint/lint-policy.ts";
import type { LintSubject } from "../../../worker/policy-lint/lint-subject.ts";

const RULE = "private+untrusted -> external";
const crm = { verb: "sql.query", dataset: "crm", mode: "read", labels: ["private", "untrusted"] };
const web = { verb: "http.fetch", allow: [{ host: "api.example.com", paths: ["/v1/*"] }] };
const llm = { verb: "ai.complete", models: ["fast"], limits: { tokens: 100 } };
const rule = (host: string, rest: object = {}) => ({ verb: "http.fetch", allow: [{ host, ...rest }] });

type Rest = Partial<Omit<LintSubject, "policy" | "bound">>;
const lint = (grants: object, flow?: object, rest: Rest = {}, more: object = {}): readonly LintWarning[] => {
	const policy = Policy.parse({ grants, ...(flow === undefined ? {} : { flow }), ...more });
	return lintPolicy({ policy, bound: bindPolicy(policy), resources: new Map(), wider: new Map(), used: null, ...rest });
};
const warned = (warnings: readonly LintWarning[], name: LintWarning["rule"]): readonly string[] =>
	warnings.filter(({ rule }) => rule === name).flatMap(({ grants }) => grants);

/** Each rule with a policy that it warns of, the grants that it names, and the policy mended. */
const CASES: readonly {
	readonly rule: LintWarning["rule"];
	readonly what: string;
	readonly grants: readonly string[];
	readonly bad: Parameters<typeof lint>;
	readonly good: Parameters<typeof lint>;
}[] = [
	{
		rule: "private_untrusted_external_allowed",
		what: "a flow rule that lets everything out",
		grants: ["crm", "web"],
		bad: [{ crm, web }, { [RULE]: "allow" }],
		good: [{ crm, web }, { [RULE]: { allow: [{ grant: "web" }] } }],
	},
	{
		rule: "private_untrusted_external_allowed",
		what: "the same where runs begin private",
		grants: ["web"],
		bad: [{ web }, { [RULE]: "allow", labels: ["private"] }],
		good: [{ web }, { [RULE]: "allow" }],
	},
	{
		rule: "recipient_covers_many",
		what: "a recipient with a host of many",
		grants: ["web"],
		bad: [{ crm, web: rule("*.example.com") }, { [RULE]: { allow: [{ grant: "web" }] } }],
		good: [{ crm, web: rule("*.example.com") }, { [RULE]: { allow: [{ grant: "web", hosts: ["api.example.com"] }] } }],
	},
	{
		rule: "recipient_covers_many",
		what: "a recipient at a host that anybody has an account at",
		grants: ["hook"],
		bad: [{ crm, hook: rule("hooks.slack.com") }, { [RULE]: { allow: [{ grant: "hook" }] } }],
		good: [{ crm, hook: rule("hooks.example.com") }, { [RULE]: { allow: [{ grant: "hook" }] } }],
	},
	{
		rule: "first_call_unasked",
		what: "private data that a run sends before it has read anything untrusted",
		grants: ["books", "web"],
		bad: [{ books: { ...crm, labels: ["private"] }, web }],
		good: [{ books: { ...crm, labels: ["private"] }, web }, { labels: ["untrusted"] }],
	},
	{
		rule: "first_call_unasked",
		what: "not where a person is asked about each call anyway",
		grants: ["books", "web"],
		bad: [{ books: { ...crm, labels: ["private"] }, web }],
		good: [{ books: { ...crm, labels: ["private"] }, web: { ...web, approval: "always" } }],
	},
	{
		rule: "external_wildcard_host",
		what: "a wildcard beside private data",
		grants: ["web"],
		bad: [{ crm, web: rule("*.cdn.example.com") }],
		good: [{ crm, web: rule("a.cdn.example.com") }],
	},
	{
		rule: "external_wildcard_host",
		what: "only where there is private data",
		grants: ["web"],
		bad: [{ crm, web: rule("*.cdn.example.com") }],
		good: [{ web: rule("*.cdn.example.com") }],
	},
	{
		rule: "external_multi_tenant_host",
		what: "writing to a host where anybody can have an account",
		grants: ["issues"],
		bad: [{ crm, issues: rule("api.github.com", { methods: ["GET", "POST"] }) }],
		good: [{ crm, issues: rule("api.github.com", { methods: ["GET", "POST"], paths: ["/repos/acme/**"] }) }],
	},
	{
		rule: "external_any_path",
		what: "every path of a host",
		grants: ["web"],
		bad: [{ crm, web: rule("api.example.com") }],
		good: [{ crm, web }],
	},
	{
		rule: "private_source_unlabelled",
		what: "rows without the label",
		grants: ["rows"],
		bad: [{ rows: { ...crm, labels: [] }, web }],
		good: [{ rows: crm, web }],
	},
	{
		rule: "private_source_unlabelled",
		what: "files that runs are given, without any label",
		grants: ["files"],
		bad: [{ files: { verb: "files", mounts: { "/workspace": "read" } }, web }],
		good: [{ files: { verb: "files", mounts: { "/workspace": "read" }, labels: ["untrusted"] }, web }],
	},
	{
		rule: "private_source_unlabelled",
		what: "files of the output alone are none",
		grants: ["files"],
		bad: [{ files: { verb: "files", mounts: { "/workspace/input/a": "read" } }, web }],
		good: [{ files: { verb: "files", mounts: { "/workspace/output": "write" } }, web }],
	},
	{
		rule: "private_source_unlabelled",
		what: "reading with a credential",
		grants: ["api"],
		bad: [{ web, api: { ...web, inject: { header: "authorization", format: "Bearer {secret}", secret: "token" } } }],
		good: [{ web, api: { ...web, labels: ["private"], inject: { header: "authorization", format: "Bearer {secret}", secret: "token" } } }],
	},
	{
		rule: "private_source_unlabelled",
		what: "what was sealed",
		grants: ["box"],
		bad: [{ box: { verb: "crypto.seal", secret: "key" }, web }],
		good: [{ box: { verb: "crypto.seal", secret: "key", methods: ["encrypt"] }, web }],
	},
	{
		rule: "untrusted_source_unlabelled",
		what: "rows that strangers may have written",
		grants: ["rows"],
		bad: [{ rows: { ...crm, labels: ["private"] }, web }],
		good: [{ rows: crm, web }],
	},
	{
		rule: "untrusted_source_unlabelled",
		what: "answers of somebody outside",
		grants: ["boss"],
		bad: [{ crm, boss: { verb: "human.ask", labels: ["external"] } }],
		good: [{ crm, boss: { verb: "human.ask", labels: ["external", "untrusted"] } }],
	},
	{
		rule: "ai_sink_unlabelled",
		what: "a provider beside private data",
		grants: ["llm"],
		bad: [{ crm, llm }],
		good: [{ crm, llm: { ...llm, labels: ["external"] } }],
	},
	{
		rule: "store_written_unlabelled",
		what: "a store that private data can be written into",
		grants: ["notes"],
		bad: [{ crm, notes: { verb: "sql.query", store: "notes", mode: "named", queries: ["add"] } }],
		good: [{ crm, notes: { verb: "sql.query", store: "notes", mode: "named", queries: ["add"], labels: ["private", "untrusted"] } }],
	},
	{
		rule: "secret_under_two_verbs",
		what: "one secret that signs and is sent",
		grants: ["sign", "api"],
		bad: [
			{
				sign: { verb: "crypto.sign", secret: "k", algorithm: "ed25519" },
				api: { ...web, inject: { header: "x-key", format: "{secret}", secret: "k" } },
			},
		],
		good: [
			{
				sign: { verb: "crypto.sign", secret: "k", algorithm: "ed25519" },
				api: { ...web, inject: { header: "x-key", format: "{secret}", secret: "l" } },
			},
		],
	},
	{
		rule: "secret_under_two_verbs",
		what: "one that a tool server is shown, too",
		grants: ["crmTool", "api"],
		bad: [
			{
				crmTool: { verb: "tool.call", server: "crm", tools: ["search"] },
				api: { ...web, inject: { header: "x-key", format: "{secret}", secret: "k" } },
			},
			{},
			{ resources: new Map([["tool/crm", { secret: { name: "k", header: "authorization", format: "Bearer {secret}" } }]]) },
		],
		good: [{ api: { ...web, inject: { header: "x-key", format: "{secret}", secret: "k" } } }],
	},
	{
		rule: "secret_under_two_verbs",
		what: "one that a model's provider is paid with, too",
		grants: ["llm", "api"],
		bad: [
			{ llm, api: { ...web, inject: { header: "x-key", format: "{secret}", secret: "k" } } },
			{},
			{ resources: new Map([["model/fast", { routes: [{ secret: "k" }] }]]) },
		],
		good: [
			{ llm, api: { ...web, inject: { header: "x-key", format: "{secret}", secret: "k" } } },
			{},
			{ resources: new Map([["model/fast", { routes: [{ secret: "other" }] }]]) },
		],
	},
	{
		rule: "sub_agent_wider",
		what: "an agent whose policy is wider",
		grants: ["helper"],
		bad: [{ web }, {}, { wider: new Map([["helper", "its grant web is more"]]) }],
		good: [{ web }, {}, { wider: new Map() }],
	},
	{
		rule: "recipient_not_external",
		what: "a recipient that nothing leaves through",
		grants: ["crm"],
		bad: [{ crm, web }, { [RULE]: { allow: [{ grant: "crm" }] } }],
		good: [{ crm, web }, { [RULE]: { allow: [{ grant: "web" }] } }],
	},
	{
		rule: "grant_never_used",
		what: "a grant that no run used",
		grants: ["llm"],
		bad: [{ llm, web }, {}, { used: { grants: new Set(["web"]), runs: 3 } }],
		good: [{ llm, web }, {}, { used: { grants: new Set(["web", "llm"]), runs: 3 } }],
	},
	{
		rule: "grant_never_used",
		what: "not of an agent that has not run",
		grants: ["llm", "web"],
		bad: [{ llm, web }, {}, { used: { grants: new Set(), runs: 1 } }],
		good: [{ llm, web }, {}, { used: null }],
	},
	{
		rule: "leak",
		what: "files that are read beside a way out, and no honeytoken among them",
		grants: ["files"],
		bad: [{ files: { verb: "files", mounts: { "/workspace/input": "read" } }, web }],
		good: [
			{ files: { verb: "files", mounts: { "/workspace/input": "read" } }, web },
			undefined,
			{},
			{ canary: { path: "/workspace/input/a.env" } },
		],
	},
	{
		rule: "grant",
		what: "what a verb warns of",
		grants: ["llm"],
		bad: [{ llm: { verb: "ai.complete", models: ["fast"] } }],
		good: [{ llm }],
	},
];

describe("a rule of the lint", () => {
	test.each(CASES)("$rule: $what", ({ rule, grants, bad, good }) => {
		expect(warned(lint(...bad), rule)).toEqual(grants);
		expect(warned(lint(...good), rule)).toEqual([]);
	});

	test("each has its cases", () => {
		expect(LINT_RULES.filter((name) => !CASES.some(({ rule }) => rule === name))).toEqual([]);
	});
});

describe("the lint of a policy", () => {
	test("says nothing of one that is labelled, narrow and bounded", () => {
		const files = { verb: "files", mounts: { "/workspace/input": "read" }, labels: ["private", "untrusted"] };
		const flow = { [RULE]: { allow: [{ grant: "web" }], otherwise: "deny" }, labels: ["untrusted"] };
		const canary = { path: "/workspace/input/keys.env" };
		expect(lint({ crm, web, files, llm: { ...llm, labels: ["external"] } }, flow, {}, { canary })).toEqual([]);
	});

	test("begins with the heaviest, names no grant that is not there, and stays within its bounds", () => {
		const grants = Object.fromEntries(
			Array.from({ length: LIMITS.grantsPerPolicy }, (_, at) => [
				`grant${at}`,
				at % 2 === 0 ? rule("*.example.com") : { ...crm, mode: "write" },
			]),
		);
		const warnings = lint(grants, { [RULE]: "allow" }, { used: { grants: new Set(), runs: 200 } });
		expect(warnings[0]?.rule).toBe("private_untrusted_external_allowed");
		expect(warnings.length).toBeLessThanOrEqual(LIMITS.lintWarnings);
		for (const { message, grants: names } of warnings) {
			expect(message.length).toBeLessThanOrEqual(LIMITS.lintMessageChars);
			expect(names.filter((name) => !Object.hasOwn(grants, name))).toEqual([]);
		}
	});
});
