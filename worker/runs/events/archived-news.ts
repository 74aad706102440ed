import { LIMITS } from "../../../contract/limits.ts";
import type { Call, Run } from "../../../contract/runs.ts";
import type { RunNews } from "../../agents/object/follow-run.ts";
import type { CallView, RunCursor, RunView } from "../../agents/object/run-changes.ts";
import type { Env } from "../../env.ts";
import { listApprovalsOfCalls, listArchivedCallsAt } from "../../ledger/archived-events.ts";
import { listArchivedCalls, readArchivedRun } from "../../ledger/read-archive.ts";

/** What the archive tells of a run after a cursor: it has ended, and every call of it is as it stays. The run itself is read once. */
export const archivedNews = (env: Env, tenantId: string, runId: string): ((cursor: RunCursor) => Promise<RunNews>) => {
	let known: Run | null = null;
	return async (cursor) => {
		known ??= await readArchivedRun(env.DB, tenantId, runId);
		return known === null ? { kind: "gone" } : { kind: "view", restMs: 0, view: await viewArchived(env, tenantId, known, cursor) };
	};
};

const viewArchived = async (env: Env, tenantId: string, run: Run, cursor: RunCursor): Promise<RunView> => {
	const places = cursor.unfinished.slice(0, LIMITS.eventsPage - 1);
	const unfinished = await listArchivedCallsAt(
		env.DB,
		tenantId,
		run.id,
		places.map(({ seq }) => seq),
	);
	const room = LIMITS.eventsPage - unfinished.length;
	const fresh = await listArchivedCalls(env.DB, tenantId, run.id, cursor.seen, room);
	const calls = [...unfinished, ...fresh];
	const seqOf = new Map(calls.map((call) => [call.id, call.seq]));
	const approvals = await listApprovalsOfCalls(env.DB, tenantId, run.id, [...seqOf.keys()]);
	const toView = (call: Call): CallView => ({
		...{ seq: call.seq, change: cursor.change, status: call.status, atMs: call.endedAtMs ?? call.startedAtMs },
		text: JSON.stringify(call),
	});
	const wasOpen = new Set(places.filter(({ isOpen }) => isOpen).map(({ seq }) => seq));
	return {
		...{ status: run.status, attempt: run.attempt, atMs: run.endedAtMs ?? run.createdAtMs },
		changed: unfinished.filter(({ seq }) => wasOpen.has(seq)).map(toView),
		...{ fresh: fresh.map(toView), change: cursor.change },
		lines: run.logs.filter((line) => line.seq > cursor.line),
		approvals: approvals.map((approval) => ({ seq: seqOf.get(approval.call) ?? 0, approval })),
		isOver: true,
		end: fresh.length < room && places.length === cursor.unfinished.length && !cursor.isEnded ? run : null,
	};
};
