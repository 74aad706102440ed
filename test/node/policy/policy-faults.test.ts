import { expect, test } from "vitest";
import { Policy } from "../../../contract/agents.ts";
import { Refusal } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";

const faultOf = (grants: Record<string, unknown>): Refusal => {
	try {
		bindPolicy(Policy.parse({ grants }));
	} catch (thrown) {
		if (thrown instanceof Refusal) return thrown;
		throw thrown;
	}
	throw new Error("Binding a policy: it was taken, wanted a refusal");
};

const web = (fields: object) => ({ h: { verb: "http.fetch", allow: [{ host: "api.example.com" }], ...fields } });
const files = (fields: object) => ({ f: { verb: "files", ...fields } });
const tools = (entries: unknown) => ({ t: { verb: "tool.call", server: "jira", tools: entries } });
const sql = (fields: object) => ({ s: { verb: "sql.query", dataset: "sales", mode: "read", ...fields } });

test.each([
	[
		{ h: { verb: "http.fetch", alow: [{ host: "x.example.com" }] } },
		"h.alow: found the field alow, wanted allow, verb, templates, inject,",
	],
	[web({ allow: [{ hots: "x.example.com" }] }), "h.allow.0.hots: found the field hots, wanted host, "],
	[
		web({ allow: [{ host: "x.example.com", query: { q: { exat: "a" } } }] }),
		"h.allow.0.query.q.exat: found the field exat, wanted exact, ",
	],
	[
		web({ inject: { heder: "authorization", format: "Bearer {secret}", secret: "s" } }),
		"h.inject.heder: found the field heder, wanted header, ",
	],
	[web({ inject: [{ query: "k", secrt: "s" }] }), "h.inject.0.secrt: found the field secrt, wanted secret, query, hosts"],
	[web({ inject: { basic: { usernam: "a", passwordSecret: "b" } } }), "h.inject.basic.usernam: found the field usernam, wanted username, "],
	[
		web({ templates: { t: { metod: "GET", url: "https://a.example.com/" } } }),
		"h.templates.t.metod: found the field metod, wanted method, ",
	],
	[web({ limits: { responseByte: 1 } }), "h.limits.responseByte: found the field responseByte, wanted responseBytes, "],
	[files({ mount: { "/workspace": "read" } }), "f.mount: found the field mount, wanted mounts, "],
	[files({ mounts: { "/workspace": "rw" } }), 'f.mounts./workspace: found "rw", wanted one of read, write'],
	[tools([{ nam: "find" }]), "t.tools.0.nam: found the field nam, wanted name, "],
	[tools(["find", { name: "b", digets: "x" }]), "t.tools.1.digets: found the field digets, wanted digest, "],
	[tools([7]), "t.tools.0: found 7, wanted text or { name, as?, approval?, effect?, digest?, idempotent? }"],
	[sql({ tables: { orders: { colums: ["a"] } } }), "s.tables.orders.colums: found the field colums, wanted columns, masked, where"],
	[sql({ tables: { orders: ["a"] } }), "s.tables.orders: found an array of 1, wanted { columns?, masked?, where? }"],
	[sql({ mode: "named", queries: { top: {} } }), "s.queries.top.sql: found nothing, wanted text"],
	[web({ approval: "sometimes" }), 'h.approval: found "sometimes", wanted one of never, always'],
	[
		web({ approval: { when: { argument: "0.url", hostNotin: ["a.com"] } } }),
		"h.approval.when.hostNotin: found the field hostNotin, wanted hostNotIn, ",
	],
	[
		web({ approval: { when: { argument: "url", exists: true } } }),
		'h.approval.when.argument: found "url", wanted the argument\'s number from 0',
	],
	[
		web({ approval: { when: { all: [{ any: [{ argument: "0", over: "9" }] }] } } }),
		'h.approval.when.all.0.any.0.over: found "9", wanted a number',
	],
	[web({ approval: { when: { method: "fetchh" } } }), 'h.approval.when: found the method "fetchh", wanted a method of the grant: fetch, '],
	[
		tools([{ name: "delete-issue", approval: { when: { method: "delete-issue" } } }]),
		't.tools.0.approval: found the method "delete-issue", wanted the tool\'s own, delete_issue, or none',
	],
	[web({ idempotencyHeader: "host" }), "h.idempotencyHeader: "],
	[{ l: { verb: "ai.complete", model: "fast" } }, "l.model: found the field model, wanted models, "],
	[{ l: { verb: "ai.complete", models: "fast" } }, 'l.models: found "fast", wanted a list of text'],
	[{ l: { verb: "ai.complete", models: ["fast"], maxTokens: 0 } }, "l.maxTokens: found 0, wanted a number of at least 1"],
])("%j is told where, what was found and what is wanted", (grants, says) => {
	expect(faultOf(grants).message).toContain(`grants.${says}`);
});

test("a misspelt field that is needed is told as unknown first, then as missing", () => {
	const { details } = faultOf(files({ mount: { "/workspace": "read" } }));
	expect(details["issues"]).toEqual([
		{ path: "grants.f.mount", found: "the field mount", wanted: "mounts, verb, limits, labels, approval" },
		{ path: "grants.f.mounts", found: "nothing", wanted: "an object" },
	]);
});

test("a value that fits no shape of a union is told all of them", () => {
	const shapes =
		"{ header, format, secret, hosts? }, { query, secret, hosts? }, { basic, hosts? }, { jsonBody, hosts? }, { aws, hosts? } or { oauth2, hosts? }";
	for (const inject of [{}, { secret: "s" }, { nothing: 1 }]) expect(faultOf(web({ inject })).message).toContain(`wanted ${shapes}`);
	expect(faultOf(web({ inject: 7 })).message).toContain(`${shapes} or a list of such`);
});

test("all faults of a policy are told at once, up to LIMITS.issuesShown", () => {
	const two = faultOf({ ...files({}), ...tools("find"), x: { verb: "shell" } });
	expect(two.message).toMatch(/grants\.f\.mounts: .*; grants\.t\.tools: .*; grants\.x\.verb: /);
	expect(two.hint).toBe("See components.schemas of /openapi.json and docs/verbs.md.");
	const wrong = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`g${index}`, { verb: "shell" }]));
	expect(faultOf(wrong(LIMITS.issuesShown)).details["issues"]).toHaveLength(LIMITS.issuesShown);
	const many = faultOf(wrong(LIMITS.issuesShown + 1));
	expect(many.details["issues"]).toHaveLength(LIMITS.issuesShown);
	expect(many.message).toContain(`(and ${LIMITS.issuesShown - 3} more: see issues)`);
});

test("a fault repeats nothing that stands where a secret does, and little of anything else", () => {
	const { message, details } = faultOf(
		web({ inject: { header: "authorization", format: "Bearer hunter2-hunter2", secret: "x".repeat(5_000) } }),
	);
	expect(message + JSON.stringify(details)).not.toMatch(/hunter2|xxx/);
	const long = faultOf({
		...web({ allow: [{ host: "*".repeat(50_000), ["k".repeat(50_000)]: 1 }] }),
		...files({ mounts: { ["/e".repeat(50_000)]: "read" } }),
	});
	expect(JSON.stringify([long.message, long.details]).length).toBeLessThan(8_000);
});
