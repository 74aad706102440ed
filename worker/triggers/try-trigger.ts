import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { TriggerTrial, TriggerTrialOutcome } from "../../contract/triggers.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { encodeInput } from "../runs/encode-input.ts";
import { readHook } from "./read-hook.ts";
import { hookCommand } from "./start-from-hook.ts";
import type { TriggerRow } from "./trigger-row.ts";

const NOTHING = { event: null, deliveryId: null, input: null, refusal: null, answer: null };

/**
 * Reads a message as if its sender had signed it. Whoever may change a trigger sees what it would do; nobody is let in by that.
 * @throws Refusal `invalid_request` where a run could never be started of it: the body is not what its media type says, or the input is too large
 */
export const tryTrigger = async (
	env: Env,
	entry: AgentEntry,
	trigger: TriggerRow,
	{ headers: given, body }: TriggerTrial,
): Promise<TriggerTrialOutcome> => {
	const headers = new Headers(given);
	const isText = typeof body === "string";
	if (!isText && !headers.has("content-type")) headers.set("content-type", "application/json");
	const bytes = new TextEncoder().encode(isText ? body : JSON.stringify(body));
	if (bytes.byteLength > LIMITS.hookBodyBytes) throw tooLarge(bytes.byteLength);
	const read = readHook(trigger, headers, bytes);
	if (read.kind === "handshake") return { ...NOTHING, outcome: "handshake", answer: { ...read.answer } };
	const { kind: outcome, event, deliveryId } = read;
	if (read.kind === "filtered") return { ...NOTHING, outcome, event, deliveryId };
	encodeInput(read.input, "Trying a trigger");
	return { ...NOTHING, outcome, event, deliveryId, input: read.input, refusal: await refusalNow(env, entry, trigger, read.input) };
};

const tooLarge = (bytes: number): Refusal =>
	new Refusal("payload_too_large", `Trying a trigger: body: found ${bytes} bytes, wanted at most ${LIMITS.hookBodyBytes}`);

/** Why no run is started of any message just now; null: one would be. */
const refusalNow = async (env: Env, entry: AgentEntry, trigger: TriggerRow, input: unknown): Promise<TriggerTrialOutcome["refusal"]> => {
	if (trigger.status === "disabled") return { code: "not_found", message: "Receiving a webhook: the trigger is switched off" };
	const agent = await agentObject(env, entry).agent(entry);
	if (agent?.status === "disabled") return { code: "agent_disabled", message: "Starting a run: the agent is disabled" };
	try {
		await hookCommand(env, entry, trigger, { input, hops: 0 });
		return null;
	} catch (thrown) {
		if (thrown instanceof Refusal) return { code: thrown.code, message: thrown.message };
		throw thrown;
	}
};
