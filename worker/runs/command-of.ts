import { locatorOf, newRoutedId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { CreateRun } from "../../contract/runs.ts";
import type { AgentEntry } from "../agents/agent-registry.ts";
import type { AdmitCommand } from "../agents/object/admit-run.ts";
import type { Env } from "../env.ts";
import type { Executor } from "../executor/protocol.ts";
import { encodeInput } from "./encode-input.ts";
import { findProgram } from "./find-program.ts";
import { inputFiles } from "./input-files.ts";
import { inlineMsOf } from "./start-run.ts";

/** What those that start runs by themselves store of it: null is what a request leaves out. */
type Stored = "grants" | "limits" | "programVersion" | "isolation";

/** What a run is to be, as `POST /v1/runs` takes it, and as whatever starts runs by itself gives it. */
export type RunOrder = Omit<CreateRun, "agent" | "approvePlan" | "input" | Stored> & {
	readonly [Field in Stored]?: CreateRun[Field] | null;
} & {
	/** Plain data; left out: null. */
	readonly input?: unknown;
};

/**
 * A request for a run as the agent's object takes it: program found and compiled, input encoded, files decoded.
 * @throws Refusal that says what is wrong with it
 */
export const commandOf = async (env: Env, entry: AgentEntry, executor: Executor, order: RunOrder): Promise<AdmitCommand> => {
	const ready = await findProgram(env, entry, executor, order);
	const files = inputFiles(order.files ?? {});
	return {
		runId: newRoutedId("run", locatorOf(entry.agentId)),
		...ready,
		input: encodeInput(order.input ?? null, "Starting a run"),
		files,
		grants: order.grants ?? null,
		limits: order.limits ?? null,
		labels: order.labels ?? [],
		metadata: order.metadata ?? {},
		executesUpToMs: LIMITS.waitSeconds * 1000,
		inlineMs: inlineMsOf(order.wait),
		mode: order.dryRun === true ? "dry" : "live",
		origin: null,
		plan: null,
	};
};
