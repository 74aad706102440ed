import { runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import type { Policy } from "../../../contract/agents.ts";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import type { Call, Run } from "../../../contract/runs.ts";
import { runError } from "../../../contract/runs.ts";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { BeginCallAnswer } from "../../../worker/agents/object/begin-call.ts";
import type { DecideAnswer } from "../../../worker/agents/object/decide-approval.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { FinishAnswer, FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import type { Resolution } from "../../../worker/agents/object/resolve-call.ts";
import { verifyEntry } from "../../../worker/ledger/chain-call.ts";
import { type AgentUnderTest, callOf, FETCH_ARGS, goodEnd, heldOf, makeAgent, seenBy, stubOf } from "./agent-under-test.ts";

/** Grants that act here (`memory`), outside with what may be repeated (`web`, GET) and what may not (`web`, POST; `send`), and by a person (`ask`). */
export const GRANTS: Policy["grants"] = {
	memory: { verb: "state" },
	web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] },
	send: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }], approval: "always" },
	note: { verb: "state", approval: "always" },
	ask: { verb: "human.ask" },
};
export const POST_ARGS = FETCH_ARGS.map((request) => ({ ...request, method: "POST" }));

/** What is asked of a grant. */
export type Asked = readonly [grant: string, method: string, ...args: unknown[]];
export const put = (key: string, value: unknown): Asked => ["memory", "put", key, value];
export const get = (key: string): Asked => ["memory", "get", key];
export const GET: Asked = ["web", "fetch", ...FETCH_ARGS];
export const POST: Asked = ["web", "fetch", ...POST_ARGS];
export const SEND: Asked = ["send", "fetch", ...POST_ARGS];
export const note = (key: string): Asked => ["note", "put", key, "noted"];

/** One run and whoever executes it: an attempt after the other. */
export class RunUnderTest {
	readonly agent: AgentUnderTest;
	readonly runId: string;
	attempt: number;

	constructor(agent: AgentUnderTest, runId: string, attempt: number) {
		this.agent = agent;
		this.runId = runId;
		this.attempt = attempt;
	}

	/** What the object answers to a call. `at`: all that the isolate says of where it stands. */
	async begin(place: number, [grant, method, ...args]: Asked, at?: string): Promise<BeginCallAnswer> {
		const { runId, attempt } = this;
		const command = { runId, attempt, grant, method, args, place, ...(at === undefined ? {} : { at }) };
		return this.agent.object.beginCall(callOf(this.agent, command));
	}

	/** The same as its program sees it. */
	async ask(place: number, asked: Asked, at?: string) {
		return seenBy(await this.begin(place, asked, at));
	}

	/** Id of a call that somebody is to perform. */
	async act(place: number, asked: Asked): Promise<string> {
		return actOf(await this.begin(place, asked));
	}

	/** Id of a call that waits. */
	async waits(place: number, asked: Asked): Promise<string> {
		return waitOf(await this.begin(place, asked));
	}

	/** One look at a call that waits. */
	async look(callId: string): Promise<BeginCallAnswer> {
		return this.agent.object.waitCall({ runId: this.runId, attempt: this.attempt, callId });
	}

	/** Looks until a call waits no longer. */
	async wait(callId: string): Promise<BeginCallAnswer> {
		for (;;) {
			const answer = await this.look(callId);
			if (answer.kind !== "wait") return answer;
		}
	}

	async finish(end: Partial<FinishCommand> = {}): Promise<FinishAnswer> {
		const finished = await this.agent.object.finish({ ...goodEnd(this.runId, this.attempt), ...end });
		if (finished === null) throw new Error("the run is there");
		return finished;
	}

	/** What executes the attempt dies. */
	async lose(): Promise<FinishAnswer> {
		return this.finish({ ending: "lost", status: "failed", result: null, error: runError("executor_lost", "it died"), choices: null });
	}

	/** Waits with a call until the run is parked, and gives the isolate up. */
	async park(callId: string): Promise<FinishAnswer> {
		expect(await this.wait(callId)).toEqual({ kind: "parked" });
		return this.close();
	}

	/** The isolate of a parked run is given up. */
	async close(): Promise<FinishAnswer> {
		return this.finish({ ending: "parked", status: "failed", result: null });
	}

	/** Somebody executes the next attempt. */
	async claim(): Promise<void> {
		const attempt = await this.agent.object.claim(this.agent.entry, this.runId);
		if (attempt === null) throw new Error(`the run is to be executed: ${JSON.stringify(await this.run())}`);
		this.attempt = attempt.attempt;
	}

	async run(): Promise<Run> {
		const run = await this.agent.object.run(this.runId);
		if (run === null) throw new Error("the run is there");
		return run;
	}

	async calls(): Promise<Call[]> {
		return (await this.agent.object.calls(this.runId, 0, 1_000)) ?? [];
	}

	async statuses(): Promise<string[]> {
		return (await this.calls()).map(({ status }) => status);
	}

	/** Decides the approval of a call. `change`: what is decided otherwise than what was asked. */
	async decide(
		callId: string,
		decision: "approve" | "deny",
		change: { digest?: string; answer?: string; reason?: string } = {},
	): Promise<DecideAnswer> {
		const call = (await this.calls()).find(({ id }) => id === callId);
		const approval = await this.agent.object.approval(call?.approval ?? "");
		if (approval === null) throw new Error("the call has an approval");
		const { id: approvalId, digest } = approval;
		const command = { approvalId, decision, digest, reason: null, answer: null, scope: null, by: "key_1", ...change };
		return this.agent.object.decideApproval(this.agent.entry, command);
	}

	async resolve(callId: string, resolution: Resolution) {
		return this.agent.object.resolveCall(this.agent.entry, { callId, resolution, by: "key_1" });
	}

	/** Writes to the object's storage behind its back. */
	async write(statement: string): Promise<void> {
		await runInDurableObject(stubOf(this.agent), (_instance, { storage }) => void storage.sql.exec(statement));
	}

	/** Changes what the object knows of the run, behind its back. */
	async rewrite(set: string): Promise<void> {
		await this.write(`UPDATE runs SET ${set}`);
		await this.inside((state) => state.runs.forget());
	}

	/** Works with the object's own state. */
	async inside<Answer>(work: (state: ObjectState) => Answer): Promise<Answer> {
		return runInDurableObject(stubOf(this.agent), (instance) => work(Reflect.get(instance, "state")));
	}

	async count(table: string): Promise<number> {
		return runInDurableObject(stubOf(this.agent), (_instance, { storage }) =>
			Number(storage.sql.exec(`SELECT count(*) AS count FROM ${table}`).one()["count"]),
		);
	}

	/** What holds of an agent with this one run once it is over: nothing held, everything charged on the run, every call in the chain. */
	async expectSettled(): Promise<void> {
		const run = await this.run();
		expect(run.endedAtMs).not.toBeNull();
		expect(await heldOf(this.agent)).toBe(0);
		expect(await this.count("holds")).toBe(0);
		const budget = await this.agent.object.budget(this.agent.entry);
		const { cpuMs, calls, tokens, egressBytes, usdMicros } = run.usage;
		expect(budget?.windows.lifetime.settled).toMatchObject({ runs: 1, cpuMs, calls, tokens, egressBytes, usdMicros });
		const records = await this.calls();
		const paid = records.filter(({ status }) => status !== "planned");
		expect(paid.reduce((sum, { cost }) => sum + cost.calls, 0)).toBe(run.usage.calls);
		expect(paid.reduce((sum, { cost }) => sum + cost.egressBytes, 0)).toBe(run.usage.egressBytes);
		expect(records.filter(({ status }) => status === "started" || status === "waiting")).toEqual([]);
		expect(run.pendingApprovals).toEqual([]);
		expectChain(records);
	}
}

/** Entries 1, 2, 3 and so on, each over the one before. */
export const expectChain = (calls: readonly Call[]): void => {
	const entries = [...calls].sort((one, other) => (one.entry ?? 0) - (other.entry ?? 0));
	entries.forEach((call, index) => {
		expect(call.entry).toBe(index + 1);
		expect(verifyEntry(call, entries[index - 1]?.hash ?? "")).toBe(true);
	});
};

export const actOf = (begun: BeginCallAnswer): string => {
	if (begun.kind !== "act") throw new Error(`the call is to be performed: ${JSON.stringify(begun)}`);
	return begun.callId;
};

export const waitOf = (begun: BeginCallAnswer): string => {
	if (begun.kind !== "wait") throw new Error(`the call is to wait: ${JSON.stringify(begun)}`);
	return begun.callId;
};

/** A run of an agent of its own, in its first attempt. */
export const startRun = async (
	overrides: Partial<AdmitCommand> = {},
	policy: Partial<Policy> = {},
	limits: BudgetLimits = {},
): Promise<RunUnderTest> => {
	const agent = await makeAgent({ grants: GRANTS, flow: { "private+untrusted -> external": "allow" }, ...policy }, limits);
	return admitTo(agent, overrides);
};

/** One more run of an agent, in its first attempt. */
export const admitTo = async (agent: AgentUnderTest, overrides: Partial<AdmitCommand> = {}): Promise<RunUnderTest> => {
	const command = agent.command(overrides);
	const admitted = await agent.object.admit(agent.entry, command);
	if (admitted.kind !== "execute") throw new Error(`the run was ${JSON.stringify(admitted)}`);
	return new RunUnderTest(agent, command.runId, admitted.attempt.attempt);
};
