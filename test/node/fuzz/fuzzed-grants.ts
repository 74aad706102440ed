import { CATALOGUE } from "../../../worker/verbs/catalogue.ts";
import type { BoundGrant, Resources } from "../../../worker/verbs/verb.ts";

/** A grant, and arguments that fit its methods, as a program would encode them. */
export interface FuzzedGrant {
	readonly verb: string;
	readonly bound: BoundGrant;
	readonly calls: readonly (readonly [method: string, args: string])[];
}

const TABLES = [{ name: "orders", columns: [{ name: "id", type: "INTEGER" }], rows: 7 }];
const ROUTE = { provider: "openai-compatible", model: "m-1", secret: "key", baseUrl: "https://example.com/v1" };
const PRICED = { ...ROUTE, usdMicrosPerMillionInput: 3_000_000, usdMicrosPerMillionOutput: 15_000_000 };

/** What the tenant has registered. */
export const RESOURCES: Resources = new Map<string, unknown>([
	["dataset/sales", { content: { key: "k", bytes: 4096, tables: TABLES }, previousKey: null, version: 4 }],
	["model/fast", { routes: [PRICED], version: 1 }],
]);

const bind = (grant: { readonly verb: string }): BoundGrant => {
	const verb = CATALOGUE.get(grant.verb);
	if (verb === undefined) throw new Error(`Binding a grant: there is no verb ${grant.verb}`);
	return verb.bind(verb.grantSchema.parse(grant));
};

const REQUEST =
	'[{"url":"https://example.com/a?b=c","method":"POST","headers":[["accept","text/html"]],"body":"hello","redirect":"follow"}]';
const BUDGET = { runs: 3, calls: 10, cpuMs: 1_000, wallMs: 10_000, tokens: 50, egressBytes: 100, usdMicros: 500 };
const CLAIMS = { type: "object", properties: { role: { enum: ["reader", "writer"] } }, additionalProperties: false };
const KEYED = { secret: "key" };

const GRANTS: readonly (readonly [grant: { readonly verb: string }, calls: FuzzedGrant["calls"]])[] = [
	[
		{ verb: "files", ...{ mounts: { "/workspace/input": "read", "/workspace/output": "write" } } },
		[
			["readText", '["/workspace/input/a.csv"]'],
			["read", '["/workspace/input/a.csv",{"offset":1,"length":10}]'],
			["writeText", '["/workspace/output/b.txt","text"]'],
			["writeJson", '["/workspace/output/b.json",{"a":[1,{"$date":"2026-01-01T00:00:00.000Z"}]}]'],
			["writeBytes", '["/workspace/output/c",{"$bytes":"AAECAw==","as":"Uint8Array"}]'],
			["copy", '["/workspace/input/a.csv","/workspace/output/a.csv"]'],
			["list", '["/workspace/output/"]'],
		],
	],
	[
		{ verb: "http.fetch", ...{ allow: [{ host: "example.com", methods: ["GET", "POST"] }] } },
		[
			["fetch", REQUEST],
			["fetchAny", REQUEST],
			["stream", REQUEST],
		],
	],
	[
		{ verb: "sql.query", ...{ dataset: "sales", mode: "read" } },
		[
			["query", '["SELECT id FROM orders WHERE id = ?",[1]]'],
			["query", '["SELECT 1",{"a":{"$bigint":"12345678901234567890"}}]'],
			["tables", "[]"],
		],
	],
	[
		{ verb: "ai.complete", ...{ models: ["fast"] } },
		[
			["complete", '[{"prompt":"Hi","maxTokens":10,"schema":{"type":"object","properties":{"a":{"type":"string"}}}}]'],
			["stream", '[{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"temperature":1}]'],
		],
	],
	[
		{ verb: "state" },
		[
			["put", '["k1",{"a":[1,2,{"$map":[["a",1]]}]},{"ttlMs":1000}]'],
			["get", '["k1"]'],
			["list", '[{"prefix":"k","limit":10}]'],
		],
	],
	[
		{ verb: "crypto.sign", ...{ ...KEYED, algorithm: "ed25519", encoding: "hex" } },
		[
			["sign", '["payload"]'],
			["verify", '[{"$bytes":"AAECAw==","as":"Uint8Array"},"aabb"]'],
		],
	],
	[
		{ verb: "crypto.jwt", ...{ ...KEYED, algorithm: "HS256", issuer: "acme", audience: "api", maxLifetimeSeconds: 600, claims: CLAIMS } },
		[
			["sign", '[{"role":"reader"},{"expiresInSeconds":60}]'],
			["verify", '["eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoicmVhZGVyIn0.c2ln"]'],
		],
	],
	[
		{ verb: "crypto.webhook", ...KEYED },
		[
			["sign", '[{"id":"msg_1","body":"{}"}]'],
			["verify", '[{"$headers":[["webhook-id","msg_1"],["webhook-timestamp","1"],["webhook-signature","v1,AA=="]]},"{}"]'],
		],
	],
	[
		{ verb: "crypto.seal", ...KEYED },
		[
			["encrypt", '["text",{"context":"row 1"}]'],
			["decrypt", '["v1.AAECAwQFBgcICQoLDA0ODw=="]'],
		],
	],
	[{ verb: "human.ask" }, [["ask", '[{"question":"Shall I?","details":"It costs 3.","schema":{"type":"boolean"}}]']]],
	[{ verb: "budget.read" }, [["left", "[]"]]],
	[
		{ verb: "agent.run", ...{ agent: "helper", budget: BUDGET } },
		[["run", '[{"input":{"a":1},"budget":{"runs":1,"calls":2},"grants":["web"]}]']],
	],
];

/** One grant of each verb. A tool's arguments are checked against its server's schema (test/node/verbs); here the server is not there. */
export const fuzzedGrants = (): FuzzedGrant[] => [
	...GRANTS.map(([grant, calls]) => ({ verb: grant.verb, bound: bind(grant), calls })),
	{
		verb: "tool.call",
		bound: bind(Object.assign({ verb: "tool.call" }, { server: "jira", tools: ["list"] })),
		calls: [["list", '[{"a":1}]']],
	},
];
