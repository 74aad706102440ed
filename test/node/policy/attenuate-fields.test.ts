import { describe, expect, test } from "vitest";
import { z } from "zod";
import { beyondGrant } from "../../../worker/policy/attenuate.ts";
import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import { beyondFields } from "../../../worker/verbs/beyond-fields.ts";
import { grantOf } from "./grant-of.ts";

interface Example {
	/** The fields that a grant must have. */
	readonly grant: object;
	/** For each field that the verb's schema has, two values that let different things happen; in an object the other fields that one of them needs. */
	readonly fields: Readonly<Record<string, readonly [one: unknown, other: unknown]>>;
	/** Numbers of its limits, beside those of every verb. */
	readonly limits: readonly string[];
}

const COMMON: Example["fields"] = { labels: [[], ["private", "untrusted", "external"]], approval: ["never", "always"] };
const WINDOWS = ["minute", "hour", "day", "month", "lifetime"];
const SCHEMAS = [{ type: "object", properties: {} }, { type: "object" }] as const;
const RULES = [{ host: "a.example.com" }];
const BUDGET = { calls: 1, cpuMs: 1, wallMs: 1, usdMicros: 1 };

const EXAMPLES: Readonly<Record<string, Example>> = {
	files: {
		grant: { mounts: { "/workspace/a": "read" } },
		fields: { mounts: [{ "/workspace/a": "read" }, { "/workspace/a": "write" }] },
		limits: ["totalBytes", "fileBytes", "count"],
	},
	state: {
		grant: {},
		fields: { prefix: ["a", "b"], mode: ["read", "write"], vouched: [["private"], ["untrusted"]] },
		limits: ["count", "totalBytes", "valueBytes"],
	},
	"http.fetch": {
		grant: { allow: RULES },
		fields: {
			allow: [RULES, [{ host: "b.example.com" }]],
			templates: [{ a: { url: "https://a.example.com/" } }, { a: { url: "https://b.example.com/" } }],
			inject: [undefined, { query: "key", secret: "key" }],
			redirects: ["follow", "refuse"],
			retries: [0, 1],
			retryKeyed: [false, true],
			idempotencyHeader: [undefined, "idempotency-key"],
		},
		limits: ["responseBytes", "requestBytes", "timeoutMs"],
	},
	"ai.complete": {
		grant: { models: ["a"] },
		fields: { models: [["a"], ["b"]], maxTokens: [1, undefined] },
		limits: ["tokens", "timeoutMs"],
	},
	"sql.query": {
		grant: { dataset: "sales", mode: "read" },
		fields: {
			dataset: ["sales", "people"],
			store: [undefined, "warehouse"],
			mode: ["read", "write"],
			tables: [undefined, { orders: {} }],
			queries: [undefined, { a: { sql: "select 1" } }],
			minGroup: [undefined, 5],
		},
		limits: ["rows", "bytes", "wallMs", "steps"],
	},
	"crypto.sign": {
		grant: { secret: "key", algorithm: "ecdsa-p256" },
		fields: {
			secret: ["a", "b"],
			algorithm: ["ecdsa-p256", "ed25519"],
			encoding: ["hex", "base64"],
			signatureFormat: ["raw", "der"],
			payload: [undefined, { schema: SCHEMAS[0] }],
		},
		limits: [],
	},
	"crypto.jwt": {
		grant: { secret: "key", algorithm: "ES256", issuer: "a", audience: "b", maxLifetimeSeconds: 60, claims: SCHEMAS[0] },
		fields: {
			secret: ["a", "b"],
			algorithm: ["ES256", "EdDSA"],
			issuer: ["a", "b"],
			audience: ["a", "b"],
			subject: [undefined, { is: "a" }],
			maxLifetimeSeconds: [60, 61],
			claims: SCHEMAS,
			keyId: ["a", undefined],
			type: ["at+jwt", undefined],
			methods: [["verify"], undefined],
		},
		limits: [],
	},
	"crypto.webhook": { grant: { secret: "key" }, fields: { secret: ["a", "b"], methods: [["verify"], undefined] }, limits: [] },
	"crypto.seal": { grant: { secret: "key" }, fields: { secret: ["a", "b"], methods: [["decrypt"], undefined] }, limits: [] },
	"tool.call": {
		grant: { server: "jira", tools: ["find"] },
		fields: { server: ["jira", "wiki"], tools: [["find"], ["find", "edit"]] },
		limits: ["responseBytes", "timeoutMs"],
	},
	"human.ask": { grant: {}, fields: { to: ["a", "b"], answer: [SCHEMAS[0], undefined] }, limits: [] },
	"agent.run": {
		grant: { agent: "helper", budget: BUDGET },
		fields: {
			agent: ["helper", "self"],
			budget: [BUDGET, { ...BUDGET, calls: 2 }],
			grants: [[], undefined],
			program: ["given", "stored"],
		},
		limits: ["atOnce"],
	},
	"budget.read": { grant: {}, fields: {}, limits: [] },
};

const verbs = [...CATALOGUE.values()].map((verb) => [verb.name, verb] as const);
const fieldsOf = (schema: unknown): readonly string[] => {
	const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
	return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
};

/** Whether a grant is refused beside another one, the one way or the other. */
const areTold = (one: object, other: object): boolean =>
	beyondGrant(grantOf(one), grantOf(other)) !== null || beyondGrant(grantOf(other), grantOf(one)) !== null;

describe.each(verbs)("of %s", (name, verb) => {
	const example = EXAMPLES[name] ?? { grant: {}, fields: {}, limits: [] };
	const grant = { verb: name, ...example.grant };

	test("every field of its schema has an example here, and every limit", () => {
		expect(fieldsOf(verb.grantSchema).toSorted()).toEqual(["verb", "limits", ...Object.keys({ ...COMMON, ...example.fields })].toSorted());
		const { limits } = verb.grantSchema.shape;
		expect(fieldsOf(limits).toSorted()).toEqual(["calls", "callsPerMinute", ...WINDOWS, ...example.limits].toSorted());
	});

	test("a grant is within itself", () => {
		expect(beyondGrant(grantOf(grant), grantOf(grant))).toBe(null);
	});

	test.each(Object.entries({ ...COMMON, ...example.fields }))("two values of %s are never within each other", (field, [one, other]) => {
		const rest = CONDITIONAL[`${name}.${field}`];
		const pair = [one, other].map((value) => withField(grant, field, value));
		expect(areTold(rest?.[0] ?? pair[0] ?? grant, rest?.[1] ?? pair[1] ?? grant)).toBe(true);
	});

	test.each(["calls", "callsPerMinute", ...example.limits])("a larger limits.%s is more", (limit) => {
		const limited = (most: number) => ({ ...grant, limits: { [limit]: most } });
		const least = limit === "bytes" ? 2 : limit === "timeoutMs" ? 100 : 1;
		expect(areTold(limited(least), limited(least + 1))).toBe(true);
		expect(areTold(limited(least), grant)).toBe(true);
	});

	test.each(WINDOWS)("a larger limits.%s is more", (window) => {
		const limited = (calls: number) => ({ ...grant, limits: { [window]: { calls } } });
		expect(areTold(limited(1), limited(2))).toBe(true);
		expect(areTold(limited(1), grant)).toBe(true);
	});
});

/** Pairs of whole grants where a field needs others. */
const CONDITIONAL: Readonly<Record<string, readonly [object, object]>> = {
	"sql.query.store": [
		{ verb: "sql.query", store: "warehouse", mode: "read" },
		{ verb: "sql.query", store: "other", mode: "read" },
	],
	"sql.query.queries": [
		{ verb: "sql.query", dataset: "sales", mode: "named", queries: { a: { sql: "select 1" } } },
		{ verb: "sql.query", dataset: "sales", mode: "named", queries: { a: { sql: "select 2" } } },
	],
};

const withField = (grant: object, field: string, value: unknown): object =>
	Object.fromEntries([...Object.entries(grant).filter(([name]) => name !== field), ...(value === undefined ? [] : [[field, value]])]);

test("a field that nobody has thought of must be equal, and a limit too", () => {
	const compare = (parent: object, child: object): string | null => beyondFields(parent, child, { fields: [], limits: { known: 9 } });
	expect(compare({ fresh: 1 }, { fresh: 1 })).toBe(null);
	for (const [parent, child] of [
		[{ fresh: 1 }, { fresh: 2 }],
		[{ fresh: 1 }, {}],
		[{}, { fresh: 1 }],
	] as const) {
		expect(compare(parent, child)).toBe("fresh: found another value, wanted the parent's");
		expect(compare({ limits: parent }, { limits: child })).toBe("limits.fresh: found another value, wanted the parent's");
	}
	expect(compare({}, { limits: { known: 9 } })).toBe(null);
	expect(compare({}, { limits: { known: 10 } })).toBe("limits.known: found 10, wanted at most 9");
});
