import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Model, ModelRun } from "./model.ts";

/** What may follow a status; an ended run stays as it is. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
	queued: ["queued", "running", "waiting_approval", "succeeded", "failed", "timed_out", "cancelled", "budget_exceeded"],
	running: ["running", "queued", "waiting_approval", "succeeded", "failed", "timed_out", "cancelled", "budget_exceeded"],
	waiting_approval: ["waiting_approval", "queued", "running", "failed", "cancelled", "budget_exceeded"],
	succeeded: ["succeeded"],
	failed: ["failed"],
	timed_out: ["timed_out"],
	cancelled: ["cancelled"],
	budget_exceeded: ["budget_exceeded"],
};

const endOf = ({ status, ended_at_ms, state }: ModelRun): string => JSON.stringify([status, ended_at_ms, state.error]);

/** How a run may change in one step. */
export const expectRunStep = (before: ModelRun | undefined, after: ModelRun): void => {
	const { id } = after;
	const isOver = after.ended_at_ms !== null;
	if (isOver !== (NEXT[after.status]?.length === 1)) fail(`run ${id}: it is ${after.status}, and ended at ${after.ended_at_ms}`);
	if (!isOver && after.settled === 1) fail(`run ${id}: it is settled and goes on`);
	if (isOver && after.settled === 0 && after.claimed === 0) fail(`run ${id}: it is over, nobody executes it, and it is not settled`);
	// Somebody must come back to it, by a lease or by what it waits for.
	if (!isOver && after.leaseExpiresAtMs === null && after.claimed === 1) fail(`run ${id}: it is executed without a lease`);
	if (before === undefined) return;
	if (!NEXT[before.status]?.includes(after.status)) fail(`run ${id}: it was ${before.status} and is ${after.status}`);
	if (after.attempt < before.attempt || after.attempt > before.attempt + 1)
		fail(`run ${id}: attempt ${before.attempt} is followed by ${after.attempt}`);
	if (after.revision < before.revision) fail(`run ${id}: revision ${before.revision} is followed by ${after.revision}`);
	if (after.archivedRevision < before.archivedRevision || after.archivedRevision > after.revision)
		fail(
			`run ${id}: the archive is said to have revision ${after.archivedRevision} of ${after.revision}, it had ${before.archivedRevision}`,
		);
	if (before.settled === 1 && after.settled === 0) fail(`run ${id}: it was settled`);
	if (before.state.charged && !after.state.charged) fail(`run ${id}: it was charged`);
	if (before.ended_at_ms === null) return;
	if (endOf(before) !== endOf(after)) fail(`run ${id}: it ended as ${endOf(before)} and now as ${endOf(after)}`);
	if (before.settled === 1 && before.result !== after.result) fail(`run ${id}: its result has changed after its end`);
};

/** A run and its calls hold what their states say, no more and no less. */
export const expectHolds = ({ runs, calls, holds }: Model, touched: ReadonlySet<string>): void => {
	for (const id of touched) {
		const run = runs.get(id);
		if (run !== undefined) expectRunHold(run, holds.has(id));
		const call = calls.get(id);
		if (call === undefined) continue;
		const { status, rule } = call.record;
		const isHeld = holds.has(id);
		if (isHeld && status !== "started") fail(`call ${id}: it is ${status} and held for`);
		// One that a person lets be repeated was charged; it is held for when somebody performs it again.
		if (!isHeld && status === "started" && rule?.startsWith("settled as repeat") !== true)
			fail(`call ${id}: it has begun and is not held for`);
	}
};

const expectRunHold = ({ id, status, claimed, settled, state }: ModelRun, isHeld: boolean): void => {
	if (isHeld && settled === 1) fail(`run ${id}: it is settled and held for`);
	if (isHeld && status === "waiting_approval" && claimed === 0) fail(`run ${id}: it is parked and held for`);
	if (isHeld && state.unheld) fail(`run ${id}: it stands in line and is held for`);
	if (!isHeld && settled === 0 && !state.unheld && (claimed === 1 || !state.charged))
		fail(`run ${id}: it is ${status} (claimed ${claimed}) and not held for`);
};
