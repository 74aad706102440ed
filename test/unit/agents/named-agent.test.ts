import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Operation } from "../../../contract/operation.ts";
import { OPERATIONS } from "../../../contract/operations.ts";
import { agentObject } from "../../../worker/agents/agent-registry.ts";
import { ask, errorOf, newTenant } from "../http/ask.ts";
import { stubOf } from "./agent-under-test.ts";

const Made = z.object({ id: z.string(), status: z.string().optional(), name: z.string().optional() });

/** A tenant of its own, and how its key asks. */
const tenant = async () => {
	const { id: tenantId, key } = await newTenant();
	const api = (method: string, path: string, body?: unknown) =>
		ask(method, path, { key: key.value, ...(body === undefined ? {} : { body }) });
	const make = async (name: string): Promise<string> => {
		const made = await api("POST", "/v1/agents", { name, program: "export default () => 1" });
		expect(made.status, made.text).toBe(201);
		return Made.parse(made.json).id;
	};
	return { tenantId, api, make };
};

describe("an agent in a path", () => {
	it("is named by its id or by its name, for every reading operation alike", async () => {
		const { api, make } = await tenant();
		const id = await make("worker");
		const reading = Object.values<Operation>(OPERATIONS).filter(
			({ method, path }) => method === "GET" && path.startsWith("/v1/agents/{id}"),
		);
		expect(reading.length).toBeGreaterThan(5);
		for (const { path } of reading) {
			const of = (agent: string) => api("GET", path.replace("{id}", agent).replace("{version}", "1"));
			const [byId, byName] = [await of(id), await of("worker")];
			expect(byName.status, path).toBe(200);
			expect(byName.text, path).toBe(byId.text);
		}
	});

	it("is the same to changing operations, and another tenant's name is nobody's", async () => {
		const [{ api, make }, other] = [await tenant(), await tenant()];
		const id = await make("worker");
		const changes = [
			["PUT", "/budget", { limits: { day: { runs: 3 } } }, 200],
			["POST", "/programs", { program: "export default () => 1" }, 503],
			["POST", "/programs/1/activate", undefined, 200],
			["PATCH", "", { policy: { grants: { files: { verb: "files", mounts: { "/workspace/input": "read" } } } } }, 200],
			["POST", "/grants/files/disable", undefined, 200],
			["POST", "/disable", undefined, 200],
			["POST", "/enable", undefined, 200],
		] as const;
		for (const [method, path, body, status] of changes) {
			const theirs = await other.api(method, `/v1/agents/worker${path}`, body);
			expect([path, theirs.status]).toEqual([path, 404]);
			const answer = await api(method, `/v1/agents/worker${path}`, body);
			expect([path, answer.status, answer.text]).toEqual([path, status, expect.any(String)]);
		}
		expect((await api("GET", `/v1/agents/${id}`)).json).toMatchObject({
			disabledGrants: ["files"],
			budget: { limits: { day: { runs: 3 } } },
		});
		expect((await api("DELETE", "/v1/agents/worker")).json).toMatchObject({ id, status: "archived" });
	});

	it("that is none is answered as an id that there is not, whatever was written", async () => {
		const { api } = await tenant();
		const bare = async (name: string) => (await api("GET", `/v1/agents/${name}/budget`)).text.replace(/"requestId":"[^"]*"/, "");
		const unknown = await bare(newId("agt"));
		expect(unknown).toContain('"code":"not_found"');
		for (const name of [
			"nobody",
			"%00",
			"%F0%9F%98%80",
			"a%27%20or%201%3D1",
			"%2E%2E%2Fdefault",
			"agt_",
			"_",
			"DEFAULT",
			"default%20",
			"x".repeat(65),
		])
			expect(await bare(name), name).toBe(unknown);
	});

	it("that is archived is known by its id alone: its name is free for another one", async () => {
		const { api, make } = await tenant();
		const gone = await make("worker");
		await api("DELETE", `/v1/agents/${gone}`);
		expect((await api("GET", "/v1/agents/worker")).status).toBe(404);
		const id = await make("worker");
		expect((await api("GET", "/v1/agents/worker")).json).toMatchObject({ id, status: "active" });
		expect((await api("GET", `/v1/agents/${gone}`)).json).toMatchObject({ id: gone, status: "archived" });
	});

	it("is who has the name now, whatever this isolate remembers of it", async () => {
		const { api, make } = await tenant();
		const [first, second] = [await make("worker"), await make("spare")];
		expect((await api("GET", "/v1/runs?agent=worker")).status).toBe(200);
		const rename = (id: string, name: string) => env.DB.prepare("UPDATE agents SET name = ? WHERE id = ?").bind(name, id).run();
		await rename(first, "former");
		await rename(second, "worker");
		expect((await api("POST", "/v1/agents/worker/disable")).json).toMatchObject({ agent: { id: second } });
		expect((await api("GET", `/v1/agents/${first}`)).json).toMatchObject({ status: "active" });
	});
});

describe("a name of an agent", () => {
	it("is not changed by a change that is refused", async () => {
		const { tenantId, api, make } = await tenant();
		const id = await make("worker");
		await runInDurableObject(stubOf({ object: agentObject(env, { tenantId, agentId: id }) }), (_instance, { storage }) =>
			storage.sql.exec("UPDATE programs SET bytes = ?", LIMITS.programVersionsBytes).toArray(),
		);
		const refused = await api("PATCH", `/v1/agents/${id}`, { name: "renamed", program: "export default () => 2" });
		expect([refused.status, errorOf(refused).code]).toEqual([409, "conflict"]);
		expect((await api("GET", "/v1/agents/renamed")).status).toBe(404);
		expect((await api("GET", "/v1/agents/worker")).json).toMatchObject({ id, name: "worker" });
		expect((await api("POST", "/v1/agents", { name: "worker" })).status).toBe(409);
	});

	it("is one, in the registry and the agent, after the change is sent again that died half-way", async () => {
		const { api, make } = await tenant();
		const id = await make("worker");
		await env.DB.prepare("UPDATE agents SET name = 'renamed' WHERE id = ?").bind(id).run();
		expect((await api("PATCH", `/v1/agents/${id}`, { name: "worker" })).json).toMatchObject({ id, name: "worker" });
		expect((await api("GET", "/v1/agents/worker")).json).toMatchObject({ id });
		expect((await api("GET", "/v1/agents/renamed")).status).toBe(404);
	});

	it("is none that looks like an id", async () => {
		const { api, make } = await tenant();
		const id = await make("worker");
		for (const answer of [await api("POST", "/v1/agents", { name: newId("agt") }), await api("PATCH", `/v1/agents/${id}`, { name: id })]) {
			expect(answer.status).toBe(400);
			expect(errorOf(answer).message).toContain("does not look like an agent's id");
		}
		for (const near of [newId("agt").slice(0, -1), `${newId("agt")}0`, newId("trg")]) {
			const made = await make(near);
			expect((await api("GET", `/v1/agents/${near}`)).json).toMatchObject({ id: made, name: near });
		}
	});
});
