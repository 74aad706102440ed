import { env } from "cloudflare:workers";
import { z } from "zod";
import type { Policy } from "../../../contract/agents.ts";
import { BudgetShortage, type Budget, type BudgetLimits, type TenantLimits } from "../../../contract/budgets.ts";
import { newId } from "../../../contract/ids.ts";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { TenantPort } from "../../../worker/env.ts";
import { type AgentUnderTest, callOf, doneEnd, FETCH_ARGS, goodEnd, makeAgent } from "../agents/agent-under-test.ts";

/** A grant whose calls are performed outside the object: each `act` is one request that an upstream would see. */
export const WEB: Policy = {
	grants: { web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] } },
	limits: { calls: 10_000 },
};

/** Agents of one tenant, and its object. */
export interface Racers {
	readonly tenant: TenantPort;
	readonly agents: readonly AgentUnderTest[];
}

export const makeRacers = async (count: number, limits: TenantLimits, ofAgent: BudgetLimits = {}, policy = WEB): Promise<Racers> => {
	const tenantId = newId("ten");
	const tenant = env.TENANTS.get(env.TENANTS.idFromName(tenantId));
	await tenant.setLimits(limits, "UTC");
	return { tenant, agents: await Promise.all(Array.from({ length: count }, () => makeAgent(policy, ofAgent, tenantId))) };
};

/** Admits a run. @throws when it is refused */
export const admit = async (agent: AgentUnderTest, overrides: Partial<AdmitCommand> = {}): Promise<string> => {
	const command = agent.command(overrides);
	const answer = await agent.object.admit(agent.entry, command);
	if (answer.kind !== "execute") throw new Error(`the run was ${JSON.stringify(answer)}`);
	return command.runId;
};

const Refused = z.strictObject({
	kind: z.literal("error"),
	code: z.string(),
	message: z.string(),
	hint: z.string(),
	details: BudgetShortage.optional(),
});

/** What became of a call: somebody performs it, or it was refused, with what it is told. */
export type Raced =
	| { readonly kind: "act"; readonly callId: string }
	| { readonly kind: "refused"; readonly code: string; readonly message: string; readonly details: BudgetShortage | undefined };

/** Makes a call at a place in a run. */
export const race = async (agent: AgentUnderTest, runId: string, place: number, method = "GET"): Promise<Raced> => {
	const args = FETCH_ARGS.map((request) => ({ ...request, method }));
	const begun = await agent.object.beginCall(callOf(agent, { runId, grant: "web", method: "fetch", args, place }));
	if (begun.kind === "act") return { kind: "act", callId: begun.callId };
	if (begun.kind !== "answer") throw new Error(`the call was ${JSON.stringify(begun)}`);
	const { code, message, details } = Refused.parse(JSON.parse(begun.text));
	return { kind: "refused", code, message, details };
};

/** Makes a call and, if somebody is to perform it, performs it. */
export const raceToEnd = async (agent: AgentUnderTest, runId: string, place: number): Promise<Raced> => {
	const raced = await race(agent, runId, place);
	if (raced.kind === "act") await agent.object.endCall(doneEnd(raced.callId, { egressBytes: 10 }));
	return raced;
};

export const actsOf = (raced: readonly Raced[]): string[] => raced.flatMap((each) => (each.kind === "act" ? [each.callId] : []));
export const refusalsOf = (raced: readonly Raced[]) => raced.flatMap((each) => (each.kind === "refused" ? [each] : []));

export const budgetOf = async (agent: AgentUnderTest): Promise<Budget> => {
	const budget = await agent.object.budget(agent.entry);
	if (budget === null) throw new Error("the agent has a budget");
	return budget;
};

export const end = (agent: AgentUnderTest, runId: string) => agent.object.finish(goodEnd(runId));
