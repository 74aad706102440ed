import { Refusal } from "../../contract/errors.ts";
import { acceptAnswer } from "../agents/accept-answer.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { AdmitCommand } from "../agents/object/admit-run.ts";
import type { Env } from "../env.ts";
import { tenantPrices } from "../prices/known-prices.ts";
import { commandOf } from "../runs/command-of.ts";
import { executorOf } from "../runs/start-run.ts";
import type { Identity } from "./schemes/scheme.ts";
import { TakenDeliveries } from "./taken-deliveries.ts";
import type { TriggerRow } from "./trigger-row.ts";

/** A signed request that is to start a run. */
export interface HookStart extends Identity {
	readonly input: unknown;
	/** How many webhooks of this platform led to it. */
	readonly hops: number;
}

/**
 * The run of a delivery, which starts it now or has been started when it came first: it stands in line and is known for its repeats in one step of the agent's
 * object. A repeat is answered also where nothing could be started any more: the program is gone, the agent is disabled, nothing executes programs.
 * @throws Refusal that says why none is started; nothing is known of the delivery then, and it may be sent again
 */
export const startFromHook = async (env: Env, entry: AgentEntry, trigger: TriggerRow, start: HookStart): Promise<string> => {
	const identity = { tenantId: entry.tenantId, agentId: entry.agentId };
	const { deliveryId, keys } = start;
	// A repeat needs neither program nor input: it is asked for first where it is likely.
	const repeat = taken.has(trigger.id, keys) ? await agentObject(env, entry).repeatOf(identity, trigger.id, keys) : null;
	if (repeat !== null) return repeat;
	const command = await hookCommand(env, entry, trigger, start).catch((thrown: unknown) => refusalIn(thrown));
	if (command instanceof Refusal) {
		const known = await agentObject(env, entry).repeatOf(identity, trigger.id, keys);
		if (known !== null) return known;
		await noteNoRun(env, entry, trigger, { deliveryId, outcome: "refused", code: command.code });
		throw command;
	}
	const answer = acceptAnswer(await agentObject(env, entry).receive(identity, { ...command, triggerId: trigger.id, deliveryId, keys }));
	taken.add(trigger.id, keys);
	return answer.kind === "known" ? answer.runId : answer.run.id;
};

/** This isolate's. */
const taken = new TakenDeliveries();

/** Notes a request in the agent's list that starts no run. What the agent's object refuses it notes by itself. */
export const noteNoRun = async (
	env: Env,
	{ tenantId, agentId }: AgentEntry,
	{ id: triggerId }: TriggerRow,
	noted: { readonly deliveryId: string; readonly outcome: "filtered" | "refused"; readonly code: string | null },
): Promise<void> => agentObject(env, { tenantId, agentId }).noteRequest({ tenantId, agentId }, { ...noted, triggerId, run: null });

const refusalIn = (thrown: unknown): Refusal => {
	if (thrown instanceof Refusal) return thrown;
	throw thrown;
};

/** The run as the agent's object takes it: labelled `untrusted`, whatever else the agent's policy says. @throws Refusal */
export const hookCommand = async (
	env: Env,
	entry: AgentEntry,
	{ settings }: TriggerRow,
	{ input, hops }: Pick<HookStart, "input" | "hops">,
): Promise<AdmitCommand> => {
	const { wait, metadata, programVersion, grants, limits, isolation } = settings;
	const order = { input, wait, metadata, labels: ["untrusted" as const], programVersion, grants, limits, isolation };
	const command = await commandOf(env, entry, executorOf(env, "Starting a run"), order);
	// Nobody who could decide looks on while a sender waits.
	return { ...command, inlineMs: 0, hops, prices: await tenantPrices(env, entry.tenantId) };
};
