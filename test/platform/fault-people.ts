import { setTimeout } from "node:timers/promises";
import { Approval, type ResolveCall } from "../../contract/approvals.ts";
import { Call, type Run } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { getRun, listCalls } from "./fault-checks.ts";
import { until } from "./fault-processes.ts";
import { answerOf, type FaultUpstream } from "./fault-upstream.ts";

/** A person's answers to what a run waits for, as somebody gives them who can see the far side. */

export const approve = (api: ApiClient, { id, digest }: Pick<Approval, "id" | "digest">): Promise<Approval> =>
	api.expect(200, Approval, "POST", `/v1/approvals/${id}/decide`, { decision: "approve", digest });

export const resolve = (api: ApiClient, callId: string, how: ResolveCall): Promise<Call> =>
	api.expect(200, Call, "POST", `/v1/calls/${callId}/resolve`, how);

/** The far side's own word on a call of which the platform cannot say whether it happened. */
export const truthOf = (upstream: FaultUpstream, callId: string): ResolveCall => {
	const effect = upstream.effects.find(({ idempotencyKey }) => idempotencyKey === callId);
	if (effect === undefined) return { outcome: "repeat" };
	return { outcome: "done", result: { status: 200, headers: { "content-type": "text/plain" }, body: answerOf(effect) } };
};

/** Decides and settles whatever a run waits for at this moment; another test's decision that came first is as good. */
export const attend = async (api: ApiClient, upstream: FaultUpstream, run: Run): Promise<void> => {
	for (const approval of run.pendingApprovals)
		await api.request("POST", `/v1/approvals/${approval.id}/decide`, { decision: "approve", digest: approval.digest });
	if (run.unresolvedCalls.length === 0) return;
	for (const call of await listCalls(api, run.id)) if (call.status === "unknown") await resolve(api, call.id, truthOf(upstream, call.id));
};

/** Sees runs to their ends, and does for them what a person must. @throws Error naming those that have not ended within the time. */
export const seeThrough = async (
	api: ApiClient,
	upstream: FaultUpstream,
	runIds: readonly string[],
	withinMs = 120_000,
): Promise<Run[]> => {
	const ended = new Map<string, Run>();
	await until(`the end of ${runIds.length} runs`, withinMs, async () => {
		for (const id of runIds) {
			if (ended.has(id)) continue;
			const run = await getRun(api, id);
			if (run.endedAtMs !== null) ended.set(id, run);
			else if (run.status === "waiting_approval") await attend(api, upstream, run);
		}
		return ended.size === new Set(runIds).size ? true : setTimeout(30, null);
	});
	return runIds.flatMap((id) => ended.get(id) ?? []);
};
