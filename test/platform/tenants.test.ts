import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageOf } from "../../contract/common.ts";
import { locatorOf, newId, newRoutedId } from "../../contract/ids.ts";
import { Run, RunSummary } from "../../contract/runs.ts";
import { NewKey } from "../../contract/tenants.ts";
import type { Answer, ApiClient } from "../../scripts/support/api-client.ts";
import { errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";

let platform: Platform;
let alice: { id: string; api: ApiClient; key: string };
let bob: { id: string; api: ApiClient; key: string };
let run: Run;
let live: Run;
let agentId: string;
beforeAll(async () => {
	platform = await startPlatform();
	[alice, bob] = await Promise.all([platform.tenant("alice"), platform.tenant("bob")]);
	await alice.api.request("PUT", "/v1/secrets/shared_name", { value: "alice's own secret" });
	const agent = await makeAgent(alice.api, {
		name: "worker",
		policy: { grants: { files: { verb: "files", mounts: { "/workspace": "write" } } }, limits: { wallMs: 900_000 } },
	});
	agentId = agent.id;
	run = await alice.api.run({
		agent: "worker",
		program:
			'export default async (i, env) => { console.log("private"); await env.files.writeText("/workspace/a.txt", "private"); return "private"; }',
		metadata: { marker: "private" },
	});
	live = await alice.api.run({
		agent: "worker",
		program: "export default async () => { await new Promise((r) => setTimeout(r, 900_000)); }",
		wait: 0,
	});
});
afterAll(async () => {
	await alice.api.request("POST", `/v1/runs/${live.id}/cancel`);
	await platform.stop();
});

/** An answer without what differs in every answer. */
const bare = (answer: Answer) => {
	const { requestId: _requestId, ...error } = errorOf(answer);
	return { status: answer.status, error, headers: [...answer.headers].filter(([name]) => !["x-request-id", "date"].includes(name)) };
};

describe("another tenant", () => {
	const operations: [string, string, (id: string) => string][] = [
		["reading a run", "GET", (id) => `/v1/runs/${id}`],
		["cancelling a run", "POST", (id) => `/v1/runs/${id}/cancel`],
		["reading calls", "GET", (id) => `/v1/runs/${id}/calls`],
		["reading logs", "GET", (id) => `/v1/runs/${id}/logs`],
		["reading a file", "GET", (id) => `/v1/runs/${id}/files/workspace/a.txt`],
		["reading a file that is not there", "GET", (id) => `/v1/runs/${id}/files/workspace/none`],
	];

	test.each(operations)("gets the answer of a random id for %s", async (_, method, path) => {
		const ownAgent = (await bob.api.run({ program: "export default () => 1" })).id;
		const random = [
			newRoutedId("run", locatorOf(newId("agt"))),
			newRoutedId("run", locatorOf(ownAgent)),
			"run_nonsense",
			`${run.id.slice(0, 30)}${locatorOf(ownAgent)}`,
		];
		const found = bare(await bob.api.request(method, path(run.id)));
		expect([found.status, found.error.code]).toEqual([404, "not_found"]);
		expect(bare(await bob.api.request(method, path(live.id)))).toEqual(found);
		for (const id of random) expect(bare(await bob.api.request(method, path(id))), id).toEqual(found);
	});

	test("cannot run, read, change, stop or spend another's agent", async () => {
		const random = newId("agt");
		const operationsOnAgents: [string, string, unknown][] = [
			["GET", "", undefined],
			["PATCH", "", { name: "taken" }],
			["DELETE", "", undefined],
			["POST", "/disable", undefined],
			["POST", "/enable", undefined],
			["GET", "/types", undefined],
			["GET", "/budget", undefined],
			["PUT", "/budget", { limits: {} }],
		];
		for (const [method, path, body] of operationsOnAgents) {
			const theirs = bare(await bob.api.request(method, `/v1/agents/${agentId}${path}`, body));
			expect([theirs.status, theirs.error.code], path).toEqual([404, "not_found"]);
			expect(bare(await bob.api.request(method, `/v1/agents/${random}${path}`, body)), path).toEqual(theirs);
		}
		const byId = bare(await bob.api.request("POST", "/v1/runs", { agent: agentId, program: "export default () => 1" }));
		expect([byId.status, byId.error.code]).toEqual([404, "not_found"]);
		const byName = bare(await bob.api.request("POST", "/v1/runs", { agent: "worker", program: "export default () => 1" }));
		expect([byName.status, byName.error.code]).toEqual([404, "not_found"]);
	});

	test("sees nothing in its lists, with any filter or cursor", async () => {
		await pollUntil(
			() => alice.api.expect(200, pageOf(RunSummary), "GET", "/v1/runs"),
			({ data }) => data.some(({ id }) => id === run.id),
		);
		const { nextCursor } = await alice.api.expect(200, pageOf(RunSummary), "GET", "/v1/runs?limit=1");
		for (const query of ["", `?agent=${agentId}`, "?agent=worker", "?status=succeeded", `?limit=200&cursor=${nextCursor ?? ""}`]) {
			const answer = await bob.api.request("GET", `/v1/runs${query}`);
			expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`${run.id}|${agentId}|private`));
		}
		for (const path of ["/v1/agents", "/v1/secrets", "/v1/keys"]) {
			expect(JSON.stringify((await bob.api.request("GET", path)).body)).not.toMatch(/worker|shared_name|alice/);
		}
	});

	test("leaves the run as it was", async () => {
		expect(await alice.api.expect(200, Run, "GET", `/v1/runs/${run.id}`)).toEqual(run);
		expect((await alice.api.expect(200, Run, "GET", `/v1/runs/${live.id}`)).endedAtMs).toBeNull();
	});
});

describe("a tenant", () => {
	test("that is suspended can do nothing, its key works again afterwards", async () => {
		const carol = await platform.tenant("carol");
		await platform.operator.request("PATCH", `/v1/tenants/${carol.id}`, { status: "suspended" });
		const refused = await carol.api.request("POST", "/v1/runs", { program: "export default () => 1" });
		expect([refused.status, errorOf(refused).code]).toEqual([403, "tenant_suspended"]);
		await platform.operator.request("PATCH", `/v1/tenants/${carol.id}`, { status: "active" });
		expect((await carol.api.run({ program: "export default () => 1" })).status).toBe("succeeded");
	});

	test("is made by the operator alone", async () => {
		for (const client of [platform.api, platform.as(""), platform.as(`${platform.cordon.adminToken}x`)]) {
			const refused = await client.request("POST", "/v1/tenants", { name: "mine" });
			expect([refused.status, errorOf(refused).code]).toEqual([401, "unauthorized"]);
		}
		expect((await platform.operator.request("GET", "/v1/runs")).status).toBe(401);
	});
});

describe("a key", () => {
	test("that is revoked opens nothing from the answer on", async () => {
		const key = await alice.api.expect(201, NewKey, "POST", "/v1/keys", { name: "short" });
		const client = platform.as(key.value);
		expect((await client.request("GET", "/v1/runs")).status).toBe(200);
		await alice.api.request("DELETE", `/v1/keys/${key.id}`);
		const refused = await client.request("GET", "/v1/runs");
		expect([refused.status, errorOf(refused).code, refused.headers.get("www-authenticate")]).toEqual([401, "unauthorized", "Bearer"]);
	});

	test("does only what its scopes say", async () => {
		const key = await alice.api.expect(201, NewKey, "POST", "/v1/keys", { name: "reader", scopes: ["read:runs"] });
		const client = platform.as(key.value);
		expect((await client.request("GET", `/v1/runs/${run.id}`)).status).toBe(200);
		const refused = await client.request("POST", "/v1/runs", { program: "export default () => 1" });
		expect([refused.status, errorOf(refused).code, errorOf(refused).message]).toEqual([
			403,
			"forbidden",
			expect.stringContaining("write:runs"),
		]);
		expect((await client.request("POST", `/v1/runs/${live.id}/cancel`)).status).toBe(403);
		const more = await client.request("POST", "/v1/keys", { name: "more", scopes: ["write:runs"] });
		expect(more.status).toBe(403);
	});
});
