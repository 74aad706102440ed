import type { TriggerTrial, TriggerTrialOutcome } from "../../contract/triggers.ts";
import { encodeInput } from "../runs/encode-input.ts";
import { readHook } from "./read-hook.ts";
import type { TriggerRow } from "./trigger-row.ts";

/**
 * Reads a message as if its sender had signed it. Whoever may change a trigger sees what it would do; nobody is let in by that.
 * @throws Refusal `invalid_request` where a run could not be started of it: the body is not what its media type says, or the input is too large
 */
export const tryTrigger = (trigger: TriggerRow, { headers: given, body }: TriggerTrial): TriggerTrialOutcome => {
	const headers = new Headers(given);
	const isText = typeof body === "string";
	if (!isText && !headers.has("content-type")) headers.set("content-type", "application/json");
	const read = readHook(trigger, headers, new TextEncoder().encode(isText ? body : JSON.stringify(body)));
	if (read.kind === "handshake") return { outcome: "handshake", event: null, deliveryId: null, input: null, answer: { ...read.answer } };
	const { kind: outcome, event, deliveryId } = read;
	if (read.kind === "start") encodeInput(read.input, "Trying a trigger");
	return { outcome, event, deliveryId, input: read.kind === "start" ? read.input : null, answer: null };
};
