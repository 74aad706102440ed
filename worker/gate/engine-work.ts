import { DatasetTables } from "../../contract/datasets.ts";
import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import { DataLabel } from "../../contract/run-terms.ts";
import { agentObject } from "../agents/agent-registry.ts";
import { commitContent } from "../datasets/commit-content.ts";
import { readDescription } from "../datasets/dataset-description.ts";
import { EngineAnswer } from "../engine/engine-protocol.ts";
import type { Env } from "../env.ts";
import { errorText, stamped } from "../executor/answer-text.ts";
import type { EngineWork } from "../executor/protocol.ts";
import { knownResource } from "../resources/known-resources.ts";
import { findResource } from "../resources/resource-store.ts";
import type { Act, VerbOutcome } from "../verbs/verb.ts";
import type { Authority } from "./attempt-token.ts";
import { callContext } from "./call-context.ts";
import { bug, endCall, internal } from "./end-call.ts";
import { EngineCalls, type OpenCall } from "./engine-calls.ts";
import { type BegunCall, prepareAgain } from "./prepare-again.ts";

type EngineAct = Extract<Act, { where: "engine" }>;

const calls = new EngineCalls<BegunCall>();

/** The calls that wait for an engine in this Worker, as a process that shows an attempt's token reaches them; null: it has no such call. */
export const findEngineCall = (authority: Authority, callId: string): OpenCall<BegunCall> | null =>
	calls.find(callId, authority, Date.now());

/**
 * Leaves a recorded call open until an engine beside its run has answered. A grant that may write gets the dataset of this moment, so that a program
 * reads what it wrote and a write begins from what is there; others one that may be LIMITS.cacheMs old where another isolate has written.
 */
export const beginEngineWork = async (
	env: Env,
	authority: Authority,
	begun: BegunCall,
	act: EngineAct,
): Promise<{ kind: "work"; work: EngineWork } | { kind: "failed"; outcome: VerbOutcome }> => {
	const find = act.fresh ? findResource : knownResource;
	const row = await find(env, authority.tenantId, "dataset", act.dataset);
	const content = row === null ? null : readDescription(row).content;
	if (row === null || content === null) {
		const message = `Querying the dataset ${act.dataset}: it was removed meanwhile, or has no data`;
		return { kind: "failed", outcome: { kind: "failed", code: "conflict", message, cost: {} } };
	}
	const unknown = writtenLabels(row).filter((label) => !begun.labels.includes(label));
	if (unknown.length > 0) {
		const message = `Querying the dataset ${act.dataset}: a run that had read ${unknown.join(" and ")} data wrote to it a moment ago; ask again`;
		return { kind: "failed", outcome: { kind: "failed", code: "conflict", message, cost: {} } };
	}
	const { key, bytes } = content;
	const dataset = { name: act.dataset, resourceId: row.id, version: row.version, key, bytes };
	const late = calls.begin(begun.callId, { authority, dataset, writes: act.writes, call: begun }, Date.now());
	for (const open of late) await endLate(env, open);
	return { kind: "work", work: { kind: "engine", callId: begun.callId, image: { id: key, bytes }, query: act.query, writes: act.writes } };
};

const writtenLabels = (row: Parameters<typeof readDescription>[0]): readonly DataLabel[] => readDescription(row).labels ?? [];

const endLate = async (env: Env, open: OpenCall<BegunCall>): Promise<void> => {
	await dropSaved(env, open);
	const message = `Querying the dataset ${open.dataset.name}: no engine answered in time`;
	await endCall(ending(env, open), { kind: "failed", code: "upstream_timeout", message, cost: {} });
};

/**
 * The end of a call that an engine answered: what was written becomes the dataset's next version, the verb says what the program gets, the end is
 * recorded. A call ends once; what else comes under its id finds nothing. Never throws.
 * @param text an EngineAnswer, and after a write a second line with the tables: the word of the run's own process, which holds the data anyway
 */
export const finishEngineWork = async (env: Env, authority: Authority, callId: string, text: string): Promise<string> => {
	const open = calls.take(callId, authority, Date.now());
	if (open === null)
		return stamped(errorText("run_ended", "Ending a call: no call of this run waits for an engine's answer under this id"), null);
	try {
		const outcome = await conclude(env, open, text).catch(bug);
		return await endCall(ending(env, open), outcome);
	} catch (error) {
		return internal(error);
	}
};

const ending = (env: Env, { authority, call }: OpenCall<BegunCall>) => ({
	env,
	object: agentObject(env, authority),
	authority,
	begun: call,
});

const conclude = async (env: Env, open: OpenCall<BegunCall>, text: string): Promise<VerbOutcome> => {
	const [answerText = "", tablesText = "[]"] = text.split("\n", 2);
	const answer = EngineAnswer.safeParse(readJson(answerText));
	const tables = DatasetTables.safeParse(readJson(tablesText));
	const act = prepareAgain(open.call);
	if (!answer.success || !tables.success || act?.where !== "engine") {
		await dropSaved(env, open);
		return bug("an engine's answer is not what its protocol says");
	}
	const resources = new Map(open.call.resources);
	if (open.writes && answer.data.kind === "rows") {
		const committed = await commit(env, open, tables.data);
		if (committed.kind === "failed") return committed;
		resources.set(`dataset/${open.dataset.name}`, { version: committed.version });
	} else await dropSaved(env, open);
	const { authority } = open;
	const context = callContext({
		timeoutMs: open.call.timeoutMs,
		...{ env, object: agentObject(env, authority), authority, callId: open.call.callId, resources },
		emit: async () => {
			throw new Error("Sending a part: a query does not stream");
		},
		unread: new AbortController().signal,
	});
	return await act.complete(answerText, context);
};

type Committed = { kind: "committed"; version: number } | Extract<VerbOutcome, { kind: "failed" }>;

const commit = async (env: Env, open: OpenCall<BegunCall>, tables: DatasetTables): Promise<Committed> => {
	const { saved, dataset, authority } = open;
	const failed = (message: string): Committed => ({ kind: "failed", code: "conflict", message, cost: {} });
	// Nothing that a run did comes true after its end, nor what a grant did once it is switched off.
	if (!(await agentObject(env, authority).mayCount({ ...authority, callId: open.call.callId }))) {
		await dropSaved(env, open);
		const message = `Writing to the dataset ${dataset.name}: the run is over, or the grant was switched off; nothing was changed`;
		return { kind: "failed", code: "run_ended", message, cost: {} };
	}
	if (saved === null || saved === "saving")
		return failed(`Writing to the dataset ${dataset.name}: the changed database did not arrive whole`);
	const committed = await commitContent(env, {
		...{ tenantId: authority.tenantId, name: dataset.name, resourceId: dataset.resourceId, previous: dataset.version },
		content: { ...saved, tables },
		labels: DataLabel.options.filter((label) => open.call.labels.includes(label)),
	});
	if (committed.kind === "committed") return { kind: "committed", version: committed.row.version };
	await dropSaved(env, open);
	return failed(`Writing to the dataset ${dataset.name}: ${committed.why}; nothing was changed`);
};

/** Forgets a changed image that nobody will name. */
const dropSaved = async (env: Env, { saved }: OpenCall<unknown>): Promise<void> => {
	if (saved !== null && saved !== "saving") await env.BLOBS.delete(saved.key);
};

const readJson = (text: string): unknown => {
	const read = readBoundedJson(text, { depth: 8, nodes: LIMITS.jsonNodes });
	return read.kind === "value" ? read.value : null;
};
