import { expect } from "vitest";
import { z } from "zod";
import { type Approval, ListedApproval } from "../../../contract/approvals.ts";
import { ask, newTenant } from "../http/ask.ts";
import { type ApprovingAgent, makeApproving } from "./approving.ts";

export const Page = z.object({ data: z.array(ListedApproval), nextCursor: z.string().nullable() });

export interface Asking {
	readonly agent: ApprovingAgent;
	readonly runId: string;
	readonly approval: Approval;
	readonly key: string;
}

/** A tenant with a run that waits for a person. */
export const makeAsking = async (
	grant = "files",
	method = "writeText",
	args: unknown = ["/workspace/output/a.txt", "text"],
): Promise<Asking> => {
	const tenant = await newTenant();
	const agent = await makeApproving(tenant.id);
	const runId = await agent.begin();
	const approval = await agent.asked(runId, grant, method, args);
	await agent.park(runId);
	return { agent, runId, approval, key: tenant.key.value };
};

export const decide = ({ approval, key }: Asking, body: object) =>
	ask("POST", `/v1/approvals/${approval.id}/decide`, { key, body: { decision: "approve", digest: approval.digest, ...body } });

export const list = async (key: string, query = ""): Promise<z.infer<typeof Page>> => {
	const answer = await ask("GET", `/v1/approvals${query}`, { key });
	expect(answer.status, answer.text).toBe(200);
	return Page.parse(answer.json);
};

/** Looks until the list is so. */
export const listed = async (key: string, query: string, ids: readonly string[]): Promise<void> => {
	await expect.poll(async () => (await list(key, query)).data.map(({ id }) => id), { timeout: 15_000, interval: 25 }).toEqual(ids);
};
