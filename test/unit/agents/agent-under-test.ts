import { env } from "cloudflare:workers";
import type { Policy } from "../../../contract/agents.ts";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import { locatorOf, newId, newRoutedId } from "../../../contract/ids.ts";
import { type AgentEntry, agentObject, insertAgent } from "../../../worker/agents/agent-registry.ts";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import type { AgentPort } from "../../../worker/env.ts";

/** An agent of a tenant of its own, with its object. */
export interface AgentUnderTest {
	readonly entry: AgentEntry;
	readonly object: AgentPort;
	newRunId(): string;
	command(overrides?: Partial<AdmitCommand>): AdmitCommand;
	locator: string;
}

export const makeAgent = async (policy: Policy = { grants: {} }, limits: BudgetLimits = {}): Promise<AgentUnderTest> => {
	const tenantId = newId("ten");
	const birth = { name: "worker", policy, program: null, language: "typescript", budget: { limits } } as const;
	const entry = await insertAgent(env, tenantId, birth, Date.now());
	const locator = locatorOf(entry.agentId);
	const newRunId = (): string => newRoutedId("run", locator);
	return {
		entry,
		object: agentObject(env, entry),
		newRunId,
		locator,
		command: (overrides = {}) => ({
			runId: newRunId(),
			program: { main: "main.js", modules: { "main.js": "export default async () => 1;" }, sources: {} },
			programDigest: "sha256:0",
			input: "null",
			files: [],
			grants: null,
			limits: null,
			labels: [],
			metadata: {},
			executesUpToMs: 25_000,
			...overrides,
		}),
	};
};

/** A good end of an attempt. */
export const goodEnd = (runId: string, attempt = 1): FinishCommand => ({
	runId,
	attempt,
	status: "succeeded",
	result: { answer: 42 },
	error: null,
	logs: [{ seq: 1, atMs: 1, level: "log", text: "hello" }],
	logsTruncated: false,
	cpuMs: 7.2,
	wallMs: 12.9,
	startedAtMs: Date.now(),
});
