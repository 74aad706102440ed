import { Refusal } from "../../contract/errors.ts";
import { type AgentEntry, agentObject, findAgent } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import type { Handler } from "../handler.ts";
import { readRun } from "../runs/read-run.ts";
import { HookTurns } from "./hook-turns.ts";
import { knownTrigger } from "./known-triggers.ts";
import { programAnswer } from "./program-answer.ts";
import { type ReadHook, readHook } from "./read-hook.ts";
import { readHops } from "./read-hops.ts";
import { contentId } from "./schemes/message-id.ts";
import { noteNoRun, startFromHook } from "./start-from-hook.ts";
import type { TriggerRow } from "./trigger-row.ts";
import { verifyHook } from "./verify-hook.ts";

/**
 * `POST /hooks/{id}`: verified over the bytes that came, before anything looks into them; then read, and a run started that is in storage before the answer is
 * given. A repeat is answered as it was the first time. Who is not the sender learns that alone, and leaves no trace in the agent's list.
 */
export const receiveHook: Handler<"receiveHook"> = async ({ env, params, raw }) => {
	const trigger = await knownTrigger(env, params.id);
	const entry = trigger?.status === "active" ? await findAgent(env, trigger.tenantId, trigger.agentId) : null;
	if (trigger === null || entry === null) throw new Refusal("not_found", "Receiving a webhook: there is no such trigger");
	const hops = readHops(raw.headers);
	const bytes = await raw.read(trigger.tenantId);
	await verifyHook(env, trigger, { headers: raw.headers, bytes }, Date.now());
	raw.countFor(trigger.tenantId);
	const read = await readNoted(env, entry, trigger, raw.headers, bytes);
	if (read.kind === "handshake") return Response.json(read.answer);
	const giveBack = await turns.enter(trigger.tenantId);
	let taken: string | null;
	try {
		taken = await take(env, entry, trigger, read, hops);
	} finally {
		giveBack();
	}
	return taken === null ? Response.json({ filtered: true }) : await answer(env, trigger, taken);
};

/** This isolate's. */
const turns = new HookTurns();

/** The run of a delivery, started now or when it came first; null: the filter lets it start none. */
const take = async (
	env: Env,
	entry: AgentEntry,
	trigger: TriggerRow,
	read: Exclude<ReadHook, { kind: "handshake" }>,
	hops: number,
): Promise<string | null> => {
	if (read.kind === "start") return await startFromHook(env, entry, trigger, { ...read, hops });
	// It was let through when it came first, if the filter has been changed since.
	const known = await agentObject(env, entry).repeatOf(entry, trigger.id, read.keys);
	if (known === null) await noteNoRun(env, entry, trigger, { deliveryId: read.deliveryId, outcome: "filtered", code: null });
	return known;
};

const readNoted = async (env: Env, entry: AgentEntry, trigger: TriggerRow, headers: Headers, bytes: Uint8Array): Promise<ReadHook> => {
	try {
		return readHook(trigger, headers, bytes);
	} catch (thrown) {
		if (thrown instanceof Refusal)
			await noteNoRun(env, entry, trigger, { deliveryId: contentId(bytes), outcome: "refused", code: thrown.code });
		throw thrown;
	}
};

/** Without `wait` every repeat is answered as the first, however far the run has come; with it, as the run ends. */
const answer = async (env: Env, { tenantId, agentId, settings }: TriggerRow, runId: string): Promise<Response> => {
	const run = settings.wait === 0 ? null : await readRun(env, tenantId, runId);
	if (run === null) return Response.json({ run: runId, status: "queued" }, { status: 202 });
	if (run.endedAtMs !== null) return programAnswer(run);
	return programAnswer((await agentObject(env, { tenantId, agentId }).waitEnd(runId, settings.wait * 1000)) ?? run);
};
