import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { z } from "zod";
import type { Policy } from "../../../contract/agents.ts";
import { Approval, type NewScope } from "../../../contract/approvals.ts";
import { locatorOf, newId, newRoutedId } from "../../../contract/ids.ts";
import { type AgentEntry, agentObject, insertAgent } from "../../../worker/agents/agent-registry.ts";
import type { BeginCallAnswer } from "../../../worker/agents/object/begin-call.ts";
import type { DecideAnswer, DecideCommand } from "../../../worker/agents/object/decide-approval.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { AgentPort } from "../../../worker/env.ts";
import { admitCommand } from "../agents/admit-command.ts";

/** Files that a person is asked about, questions, and a far side that is asked about. */
export const ASKING: Policy = {
	grants: {
		files: { verb: "files", mounts: { "/workspace/output": "write" }, approval: "always" },
		web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }], approval: "always" },
		ask: { verb: "human.ask" },
	},
};

export const KEY = newId("key");

/** An agent of a tenant with its object, and how a run of it is driven as its gate would. */
export interface ApprovingAgent {
	readonly entry: AgentEntry;
	readonly object: AgentPort;
	/** Begins a run and gives its id. */
	begin(labels?: readonly ("private" | "untrusted")[]): Promise<string>;
	/** A call of the run's present attempt. */
	call(runId: string, grant: string, method: string, args: unknown, place?: number): Promise<BeginCallAnswer>;
	/** A call that is asked about, and its approval. */
	asked(runId: string, grant: string, method: string, args: unknown, place?: number): Promise<Approval>;
	/** Gives up the isolate of a run that waits. */
	park(runId: string): Promise<void>;
	/** Takes a run that was woken, as who executes it does. */
	claim(runId: string): Promise<boolean>;
	decide(approval: Approval, more?: Partial<DecideCommand>): Promise<DecideAnswer>;
	approval(id: string): Promise<Approval>;
	/** Runs the object's alarm now. */
	alarm(): Promise<void>;
	/** Runs a step on the object's storage at another time. The run is to be parked: its row is in nobody's memory then. */
	at<Answer>(work: (state: ObjectState) => Answer): Promise<Answer>;
}

const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;

export const makeApproving = async (tenantId: string = newId("ten"), policy: Policy = ASKING, name = "worker"): Promise<ApprovingAgent> => {
	const birth = { name, policy, program: null, language: "typescript", budget: { limits: {} } } as const;
	const entry = await insertAgent(env, tenantId, birth, Date.now());
	const object = agentObject(env, entry);
	if (!isStub(object)) throw new Error("the agent's object is a stub");
	const stub = object;
	const locator = locatorOf(entry.agentId);
	const attemptOf = async (runId: string): Promise<number> => (await object.run(runId))?.attempt ?? 0;
	const agent: ApprovingAgent = {
		entry,
		object,
		begin: async (labels = []) => {
			const runId = newRoutedId("run", locator);
			const admitted = await object.admit(entry, admitCommand(runId, { labels }));
			expect(admitted.kind).toBe("execute");
			return runId;
		},
		call: async (runId, grant, method, args, place = 1) =>
			object.beginCall({ runId, attempt: await attemptOf(runId), grant, method, args: JSON.stringify(args), at: `${place} 0 `, locator }),
		asked: async (runId, grant, method, args, place = 1) => {
			const answer = await agent.call(runId, grant, method, args, place);
			if (answer.kind !== "wait") throw new Error(`the call is to wait: ${JSON.stringify(answer)}`);
			const pending = (await object.run(runId))?.pendingApprovals.find(({ call }) => call === answer.callId);
			return agent.approval(pending?.id ?? "");
		},
		park: async (runId) => {
			const waiting = (await object.calls(runId, 0, 100))?.find(({ status }) => status === "waiting" || status === "unknown");
			const attempt = await attemptOf(runId);
			let answer: BeginCallAnswer = { kind: "wait", callId: waiting?.id ?? "" };
			while (answer.kind === "wait") answer = await object.waitCall({ runId, attempt, callId: waiting?.id ?? "" });
			expect(answer.kind).toBe("parked");
			await object.finish({ ...END, runId, attempt, ending: "parked" });
			expect(await object.run(runId)).toMatchObject({ status: "waiting_approval" });
		},
		claim: async (runId) => (await object.claim(entry, runId)) !== null,
		decide: (approval, more = {}) => object.decideApproval(entry, { ...approveOf(approval), ...more }),
		approval: async (id) => Approval.parse(await object.approval(id)),
		alarm: async () => {
			await runDurableObjectAlarm(stub);
		},
		at: (work) =>
			runInDurableObject(stub, (_instance, context) => {
				const state = new ObjectState(context.storage, env.TENANTS);
				return state.step(() => work(state));
			}),
	};
	return agent;
};

const approveOf = (approval: Approval): DecideCommand => ({
	approvalId: approval.id,
	decision: "approve",
	digest: approval.digest,
	reason: null,
	answer: null,
	scope: null,
	by: KEY,
});

export const END = {
	status: "failed",
	result: null,
	error: null,
	logs: [],
	logsTruncated: false,
	choices: null,
	places: null,
	sent: null,
	timerAtMs: null,
	cpuMs: 1,
	wallMs: 1,
	startedAtMs: null,
} as const;

/** A call that writes a file, and what it writes. */
export const writing = (name: string, text = "text"): [string, string, unknown] => [
	"files",
	"writeText",
	[`/workspace/output/${name}.txt`, text],
];

const Answered = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("value"), value: z.string() }),
	z.object({ kind: z.literal("error"), code: z.string(), message: z.string() }),
]);

/** What the isolate gets. */
export const answered = (answer: BeginCallAnswer): z.infer<typeof Answered> => {
	if (answer.kind !== "answer") throw new Error(`the call is to be answered: ${JSON.stringify(answer)}`);
	return Answered.parse(JSON.parse(answer.text));
};

/** An approval with a scoped approval for calls to come. */
export const withScope = (scope: NewScope): Partial<DecideCommand> => ({ scope });
