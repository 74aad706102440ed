import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent } from "../../contract/agents.ts";
import { PolicyLint } from "../../contract/lint.ts";
import { sharePlatform } from "./share-platform.ts";
import { errorOf, makeAgent, type Platform } from "./start-platform.ts";

const RULE = "private+untrusted -> external";
const GRANTS = {
	crm: { verb: "sql.query", dataset: "crm", mode: "read", labels: ["private", "untrusted"] },
	web: { verb: "http.fetch", allow: [{ host: "api.example.com", paths: ["/v1/*"] }] },
	notes: { verb: "files", mounts: { "/workspace/output": "write" } },
};

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

const lintOf = ({ id }: Agent, api = platform.api): Promise<PolicyLint> =>
	api.expect(200, PolicyLint, "GET", `/v1/agents/${id}/policy/lint`);
const rulesOf = async (agent: Agent): Promise<Record<string, string[]>> =>
	Object.fromEntries((await lintOf(agent)).warnings.map(({ rule, grants }) => [rule, grants]));

describe("GET /v1/agents/{id}/policy/lint", () => {
	test("warns of today's policy, names its version, and is silent once it was mended", async () => {
		const agent = await makeAgent(platform.api, { name: "leaky", policy: { grants: GRANTS, flow: { [RULE]: "allow" } } });
		const before = await lintOf(agent);
		expect(before.policyVersion).toBe(1);
		expect(before.warnings).toMatchObject([{ rule: "private_untrusted_external_allowed", grants: ["crm", "web"] }]);
		expect(before.warnings[0]?.message).toContain("nobody is asked");
		const policy = { grants: GRANTS, flow: { [RULE]: { allow: [{ grant: "web", hosts: ["api.example.com"] }], otherwise: "deny" } } };
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { policy });
		expect(await lintOf(agent)).toEqual({ policyVersion: 2, warnings: [] });
	});

	test("says which grants no run has used: nothing of an agent without runs, at once after a run, and the same from the ledger", async () => {
		const agent = await makeAgent(platform.api, { name: "idle", policy: { grants: GRANTS } });
		expect((await rulesOf(agent))["grant_never_used"]).toBeUndefined();
		const program =
			'export default async (input, env) => { await env.notes.writeText("/workspace/output/a", "a"); await env.web.fetch("https://elsewhere.example/").catch(() => null); };';
		expect((await platform.api.run({ agent: "idle", program })).status).toBe("succeeded");
		const unused = async () => (await lintOf(agent)).warnings.flatMap(({ rule, grants }) => (rule === "grant_never_used" ? grants : []));
		expect(await unused()).toEqual(["crm", "web"]);
		expect((await lintOf(agent)).warnings.find(({ rule }) => rule === "grant_never_used")?.message).toContain("only run has not used crm");
	});

	test("compares the agents whose runs it may start", async () => {
		const child = await makeAgent(platform.api, {
			name: "wide",
			policy: { grants: { site: { verb: "http.fetch", allow: [{ host: "*.example.org" }] } } },
		});
		const budget = { calls: 1, cpuMs: 100, wallMs: 1_000, usdMicros: 100 };
		const starter = (grants?: string[]) => ({
			...GRANTS,
			work: { verb: "agent.run", agent: "wide", budget, ...(grants === undefined ? {} : { grants }) },
		});
		const agent = await makeAgent(platform.api, { name: "starter", policy: { grants: starter() } });
		expect((await rulesOf(agent))["sub_agent_wider"]).toEqual(["work"]);
		await platform.api.expect(200, Agent, "PATCH", `/v1/agents/${agent.id}`, { policy: { grants: starter([]) } });
		expect((await rulesOf(agent))["sub_agent_wider"]).toBeUndefined();
		expect((await rulesOf(child))["sub_agent_wider"]).toBeUndefined();
	});

	test("knows the secrets that models and tools are used with", async () => {
		await platform.api.request("PUT", "/v1/secrets/shared_key", { value: "sk-not-to-be-shown" });
		const route = {
			provider: "openai-compatible",
			model: "m",
			secret: "shared_key",
			baseUrl: "https://models.example.com/v1",
			usdMicrosPerMillionInput: 1,
			usdMicrosPerMillionOutput: 1,
		};
		await platform.api.request("PUT", "/v1/models/fast", { routes: [route] });
		const inject = { header: "authorization", format: "Bearer {secret}", secret: "shared_key" };
		const agent = await makeAgent(platform.api, {
			name: "keys",
			policy: { grants: { llm: { verb: "ai.complete", models: ["fast"] }, web: { ...GRANTS.web, inject } } },
		});
		const lint = await lintOf(agent);
		expect(lint.warnings.find(({ rule }) => rule === "secret_under_two_verbs")?.grants).toEqual(["llm", "web"]);
		expect(JSON.stringify(lint)).not.toContain("sk-not-to-be-shown");
	});

	test("is another tenant's business for nobody", async () => {
		const { api } = await platform.tenant("stranger");
		const agent = await makeAgent(platform.api, { name: "mine", policy: { grants: GRANTS } });
		const answer = await api.request("GET", `/v1/agents/${agent.id}/policy/lint`);
		expect([answer.status, errorOf(answer).code]).toEqual([404, "not_found"]);
	});
});

describe("a flow rule that makes no sense", () => {
	test.each([
		[{ allow: [{ grant: "nobody" }] }, "wanted a grant of the policy: crm, web, notes"],
		[{ allow: [{ grant: "crm", hosts: ["crm.example.com"] }] }, "hosts are for http.fetch"],
		[{ allow: [{ grant: "web", hosts: ["evil.example.com"] }] }, "wanted a host that the grant web reaches"],
		[{ allow: [{ grant: "web" }], otherwise: "allow" }, "otherwise"],
	])("%j is refused with the policy", async (rule, words) => {
		const answer = await platform.api.request("POST", "/v1/agents", { name: "odd", policy: { grants: GRANTS, flow: { [RULE]: rule } } });
		expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
		expect(JSON.stringify(answer.body)).toContain(words);
	});
});
