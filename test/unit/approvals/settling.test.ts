import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Approval, ScopedApproval } from "../../../contract/approvals.ts";
import { newRoutedId } from "../../../contract/ids.ts";
import { ask, errorOf, newKey, newTenant } from "../http/ask.ts";
import { writing } from "./approving.ts";
import { decide, makeAsking } from "./asking.ts";

describe("scoped approvals", () => {
	const Scopes = z.object({ data: z.array(ScopedApproval), nextCursor: z.string().nullable() });

	it("are listed with their agent, newest first in pages, and revoked by who may decide; of the tenant alone", async () => {
		const asking = await makeAsking();
		const { agent, key } = asking;
		const when = { argument: "0", startsWith: "/workspace/" };
		const decided = Approval.parse((await decide(asking, { scope: { when, times: 2 } })).json);
		const runId = await agent.begin();
		await agent.call(runId, ...writing("x"));
		const path = `/v1/agents/${agent.entry.agentId}/scoped-approvals`;
		const read = async (query = "") => Scopes.parse((await ask("GET", `${path}${query}`, { key })).json);
		expect((await read()).data).toMatchObject([
			{ id: decided.scopedApproval, approval: asking.approval.id, when, usesLeft: 1, revokedAtMs: null },
		]);
		const second = await agent.asked(runId, "files", "delete", ["/workspace/output/a.txt"], 2);
		const more = Approval.parse((await decide({ ...asking, approval: second }, { scope: { forMs: 60_000 } })).json);
		const first = await read("?limit=1");
		expect(first.data.map(({ id }) => id)).toEqual([more.scopedApproval]);
		expect((await read(`?limit=1&cursor=${first.nextCursor}`)).data.map(({ id }) => id)).toEqual([decided.scopedApproval]);
		const stranger = (await newTenant()).key.value;
		const one = `${path}/${decided.scopedApproval}`;
		expect((await ask("GET", path, { key: stranger })).status).toBe(404);
		expect((await ask("DELETE", one, { key: stranger })).status).toBe(404);
		const reader = await newKey(key, { scopes: ["read:approvals"] });
		expect((await ask("DELETE", one, { key: reader.value })).status).toBe(403);
		expect((await ask("DELETE", `${path}/${newRoutedId("apr", agent.entry.agentId.slice(-16))}`, { key })).status).toBe(404);
		const revoked = ScopedApproval.parse((await ask("DELETE", one, { key })).json);
		expect(revoked.revokedAtMs).not.toBeNull();
		expect((await agent.call(runId, ...writing("y"), 3)).kind).toBe("wait");
		expect((await read()).data.map(({ revokedAtMs }) => revokedAtMs === null)).toEqual([true, false]);
	});
});

describe("settling a call", () => {
	it("that is not unknown is a conflict, also when only the archive has it; one that nobody has is not found", async () => {
		const asking = await makeAsking();
		const { agent, runId, key, approval } = asking;
		const settle = () => ask("POST", `/v1/calls/${approval.call}/resolve`, { key, body: { outcome: "failed" } });
		expect(errorOf(await settle()).code).toBe("conflict");
		await agent.object.cancel(runId, "stop");
		await expect
			.poll(async () => (await env.DB.prepare("SELECT count(*) AS n FROM calls WHERE id = ?").bind(approval.call).first("n")) ?? 0, {
				timeout: 15_000,
			})
			.toBe(1);
		await agent.at((state) => state.runs.drop(runId));
		expect(errorOf(await settle()).code).toBe("conflict");
		const nobodys = newRoutedId("cal", approval.call.slice(-16));
		expect((await ask("POST", `/v1/calls/${nobodys}/resolve`, { key, body: { outcome: "repeat" } })).status).toBe(404);
	});

	it("with a body that is none is refused", async () => {
		const { approval, key } = await makeAsking();
		for (const body of [
			{},
			{ outcome: "maybe" },
			{ outcome: "repeat", result: 1 },
			{ outcome: "failed", message: 7 },
			{ outcome: "done", more: 1 },
		])
			expect((await ask("POST", `/v1/calls/${approval.call}/resolve`, { key, body })).status).toBe(400);
	});
});
