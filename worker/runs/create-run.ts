import { Refusal } from "../../contract/errors.ts";
import type { CreateRun, Run } from "../../contract/runs.ts";
import type { AgentEntry } from "../agents/agent-registry.ts";
import { agentInBody } from "../agents/named-agent.ts";
import type { AdmitCommand } from "../agents/object/admit-run.ts";
import type { Env } from "../env.ts";
import type { Executor } from "../executor/protocol.ts";
import type { Caller, Handler } from "../handler.ts";
import { commandOf } from "./command-of.ts";
import { planCommand } from "./replay/approve-plan.ts";
import { executorOf, knownRun, startRun, waitMsOf } from "./start-run.ts";

/** `POST /v1/runs`: everything is checked before anything is admitted; from then on the run ends whatever happens to this request. */
export const createRun: Handler<"createRun"> = async ({ env, caller, body, idempotencyKey, bodyDigest, waitUntil }) => {
	if (body.approvePlan !== undefined) checkMayApprove(caller);
	const waitMs = waitMsOf(body.wait);
	const given = idempotencyKey === null ? null : { tenantId: caller.tenantId, key: idempotencyKey, bodyDigest };
	const earlier = await knownRun(env, given, waitMs);
	if (earlier !== null) return answer(earlier);
	const executor = executorOf(env, "Starting a run");
	const { entry, command } =
		body.approvePlan === undefined
			? await ownCommand(env, caller.tenantId, executor, body)
			: await planCommand(env, caller.tenantId, body.approvePlan, body);
	return answer(await startRun({ env, entry, executor, waitUntil }, command, given, waitMs));
};

/** Approving a plan lets every effect of it happen that a person would be asked about. */
const checkMayApprove = ({ scopes }: Caller): void => {
	if (scopes.includes("decide:approvals")) return;
	const message = "Executing a plan: approvePlan: it approves the plan's effects, and the key lacks the scope decide:approvals";
	throw new Refusal("forbidden", message, { details: { scope: "decide:approvals" } });
};

const answer = (run: Run) =>
	({ status: run.endedAtMs === null ? 202 : 201, body: run, headers: { location: `/v1/runs/${run.id}` } }) as const;

const ownCommand = async (
	env: Env,
	tenantId: string,
	executor: Executor,
	body: CreateRun,
): Promise<{ entry: AgentEntry; command: AdmitCommand }> => {
	const entry = await agentInBody(env, tenantId, body.agent ?? "default", "Starting a run");
	return { entry, command: await commandOf(env, entry, executor, body) };
};
