import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Approval } from "../../../contract/approvals.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { sendBatch } from "../../../worker/agents/object/outbox.ts";
import { listArchivedApprovals, readArchivedApproval } from "../../../worker/ledger/archived-approvals.ts";
import { writeArchive } from "../../../worker/ledger/write-archive.ts";
import { type ApprovingAgent, makeApproving, writing } from "./approving.ts";

const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;

/** An agent whose run waits, and whose copies have all gone to D1. */
const makeSent = async (): Promise<{ agent: ApprovingAgent; approval: Approval }> => {
	const agent = await makeApproving();
	const runId = await agent.begin();
	const approval = await agent.asked(runId, ...writing("a"));
	await agent.park(runId);
	const marks = () => agent.at((state) => state.sql.exec("SELECT count(*) AS count FROM outbox").one()["count"]);
	await expect.poll(marks, { timeout: 15_000, interval: 20 }).toBe(0);
	return { agent, approval };
};

/** D1, but for what happens before each batch. */
const databaseAfter = (before: () => void): D1Database =>
	new Proxy(env.DB, {
		get: (database, name) => {
			if (name !== "batch") return Reflect.get(database, name).bind(database);
			return (statements: D1PreparedStatement[]) => {
				before();
				return database.batch(statements);
			};
		},
	});

const sending = <Answer>({ object }: ApprovingAgent, work: (state: ObjectState) => Promise<Answer>): Promise<Answer> => {
	if (!isStub(object)) throw new Error("the agent's object is a stub");
	return runInDurableObject(object, (_instance, context) => work(new ObjectState(context.storage, env.TENANTS)));
};

describe("an approval's copy in D1", () => {
	it("is not overwritten by an older one that comes late, nor doubled by a repeat", async () => {
		const { agent, approval } = await makeSent();
		const { tenantId, agentId } = agent.entry;
		const write = (status: Approval["status"], revision: number) =>
			writeArchive(env.DB, {
				tenantId,
				agentId,
				agent: null,
				runs: [],
				calls: [],
				approvals: [{ approval: { ...approval, status }, revision }],
			});
		await write("approved", 3);
		await write("pending", 1);
		await write("pending", 2);
		await write("denied", 3);
		expect(await readArchivedApproval(env.DB, tenantId, approval.id)).toEqual({ ...approval, status: "approved" });
		const all = { status: null, runId: null, agentId: null, before: null, most: 10 };
		expect((await listArchivedApprovals(env.DB, tenantId, all)).map(({ status }) => status)).toEqual(["approved"]);
		expect(await listArchivedApprovals(env.DB, tenantId, { ...all, status: "pending" })).toEqual([]);
	});

	it("is sent again when the approval has changed while it was on the way", async () => {
		const { agent, approval } = await makeSent();
		await sending(agent, async (state) => {
			const marks = () => state.sql.exec("SELECT kind, id FROM outbox").toArray();
			state.step(() => state.outbox.mark("approval", approval.id));
			await sendBatch(
				state,
				databaseAfter(() => state.step(() => state.approvals.update({ ...approval, status: "expired" }))),
			);
			expect(marks()).toEqual([{ kind: "approval", id: approval.id }]);
			await sendBatch(state, env.DB);
			expect(marks()).toEqual([]);
		});
		expect(await readArchivedApproval(env.DB, agent.entry.tenantId, approval.id)).toMatchObject({ status: "expired" });
	});

	it("stays due while D1 refuses, and does not hold up what else is due when its run is forgotten", async () => {
		const { agent, approval } = await makeSent();
		await sending(agent, async (state) => {
			const marks = () => state.sql.exec("SELECT kind, id FROM outbox").toArray();
			state.step(() => state.outbox.mark("approval", approval.id));
			const refusing = databaseAfter(() => {
				throw new Error("D1_ERROR: it is away");
			});
			await expect(sendBatch(state, refusing)).rejects.toThrow("away");
			expect(marks()).toEqual([{ kind: "approval", id: approval.id }]);
			state.step(() => state.runs.drop(approval.run));
			expect(await sendBatch(state, env.DB)).toBe(false);
			expect(marks()).toEqual([]);
		});
	});
});
