import type { Call } from "../../../contract/runs.ts";
import { journalKey } from "../../../worker/blobs/blob-keys.ts";
import { verifyEntry } from "../../../worker/ledger/chain-call.ts";
import { fail } from "../../unit/budget-invariants/agent-rules.ts";
import type { Actions } from "./actions.ts";

/** Rounds in which everything must have come to its end. */
const ROUNDS = 160;
/** So many alarms ring in time. Later ones are late, as alarms may be: of a lease that was given before the clock was put back the object looks every second. */
const IN_TIME = 20;
const LATE_MS = 600_000;
/** Alarms after which an agent that has nothing to do asks for none any more. */
const RINGS = 40;

/** Nothing goes wrong any more: whoever has something to do does it, until nobody has. Alarms ring when the object has asked for it, and at no other time. */
export const heal = async (actions: Actions): Promise<void> => {
	const { world, executions, acts, people } = actions;
	people.allOn();
	world.tenant.setLimits({}, "UTC");
	if (world.alarmAtMs === null) await world.ring();
	for (let round = 0; round < ROUNDS; round += 1) {
		actions.deliveries.sendUnanswered();
		for (const act of [...acts.open]) acts.end(act, "done");
		for (const execution of [...executions.all]) await executions.advance(execution, true);
		while (world.queue.length > 0) await actions.deliver();
		for (const id of people.unknown()) people.resolve(id, "failed");
		for (const id of people.pending()) if (world.chance.isIn(0.2)) people.decide(id, "approve", false);
		if (executions.all.length + acts.open.length > 0) {
			world.nowMs += 2_000;
			if (world.alarmAtMs !== null && world.alarmAtMs <= world.nowMs) await world.ring();
			continue;
		}
		if (isQuiet(actions)) break;
		if (world.alarmAtMs === null) throw fail(`runs go on, and no alarm is set: ${liveOf(actions).join()}`);
		world.nowMs = Math.max(world.nowMs, world.alarmAtMs) + (round < IN_TIME ? 0 : LATE_MS);
		await world.ring();
	}
	const live = liveOf(actions);
	if (live.length > 0) fail(`runs have not ended: ${live.join()}`);
};

const liveOf = ({ world }: Actions): string[] =>
	world.storage
		.look("SELECT id, status, claimed FROM runs WHERE settled = 0")
		.map((row) => `${row["id"]} ${row["status"]} ${row["claimed"]}`);

const isQuiet = (actions: Actions): boolean =>
	liveOf(actions).length === 0 && actions.world.storage.look("SELECT 1 FROM outbox LIMIT 1").length === 0;

/** What is true once everything has ended, was told, and was forgotten. */
export const expectQuiet = async (actions: Actions): Promise<void> => {
	const { world, runs } = actions;
	const { model, calls } = world.rules;
	if (model.holds.size > 0) fail(`held still: ${[...model.holds.keys()].join()}`);
	expectArchived(actions);
	for (let rings = 0; rings < RINGS && world.alarmAtMs !== null; rings += 1) {
		world.nowMs = Math.max(world.nowMs, world.alarmAtMs) + LATE_MS;
		await world.ring();
	}
	for (const table of [
		"runs",
		"calls",
		"call_texts",
		"work",
		"timelines",
		"approvals",
		"awaited",
		"live_logs",
		"holds",
		"outbox",
		"events",
		"received",
	]) {
		const [row] = world.storage.look(`SELECT count(*) AS count FROM ${table}`);
		if (row?.["count"] !== 0) fail(`${table}: ${row?.["count"]} rows are left when everything is over`);
	}
	expectTold(actions);
	if (model.runs.size > 0) world.reach("a run was forgotten that the archive has whole");
	// Every admitted run is there once, and no other.
	const [archived] = world.archive.look("SELECT count(*) AS count FROM runs");
	if (archived?.["count"] !== model.runs.size) fail(`archive: ${archived?.["count"]} runs, ${model.runs.size} were admitted`);
	const lost = runs.find(({ id, isAdmitted }) => isAdmitted && !model.runs.has(id));
	if (lost !== undefined) fail(`run ${lost.id}: it was admitted, and there is nothing of it`);
	if (calls.head.entry > world.archive.look("SELECT 1 FROM calls").length) fail("archive: it has fewer calls than the chain");
};

/** Of each run its end was told, under one id, and so was each call that waited for a person; and the tenant can read the same. */
const expectTold = ({ world }: Actions): void => {
	for (const run of world.rules.model.runs.values()) {
		const told = world.endpoints.typesOf(run.id);
		const ends = told.filter((type) => type.startsWith("run.") && type !== "run.waiting_approval");
		if (ends.join() !== `run.${run.status}`) fail(`run ${run.id} ended as ${run.status}, and endpoints were told: ${told.join()}`);
		const asked = world.archive.look("SELECT 1 FROM approvals WHERE run_id = ?", run.id).length;
		if (told.filter((type) => type === "run.waiting_approval").length !== asked)
			fail(`run ${run.id}: ${asked} calls waited for a person, and endpoints were told: ${told.join()}`);
		if (run.state.calledUpAtMs > 0) world.reach("a run out of the line was executed");
		if (run.state.unheld && run.status === "budget_exceeded") world.reach("a run out of the line found no budget");
	}
	world.endpoints.expectBoth();
	const listed = new Set(world.archive.look("SELECT id FROM events").map((row) => String(row["id"])));
	const unlike = [...world.endpoints.heard.keys()].filter((id) => !listed.has(id));
	if (unlike.length > 0 || listed.size !== world.endpoints.heard.size)
		fail(`events: ${listed.size} can be listed, ${world.endpoints.heard.size} were told`);
};

const expectArchived = ({ world }: Actions): void => {
	const { model } = world.rules;
	for (const run of model.runs.values()) {
		const [row] = world.archive.look("SELECT status, ended_at_ms, summary, result FROM runs WHERE id = ?", run.id);
		if (row?.["status"] !== run.status || row["ended_at_ms"] !== run.ended_at_ms)
			throw fail(`archive: run ${run.id} is ${row?.["status"]}, it ended as ${run.status}`);
		if (row["result"] !== run.result) fail(`archive: run ${run.id}: its result is ${row["result"]}, it was ${run.result}`);
		const { usage } = JSON.parse(String(row["summary"]));
		if (JSON.stringify(usage) !== JSON.stringify(run.state.usage))
			fail(`archive: run ${run.id}: usage ${JSON.stringify(usage)}, it was ${JSON.stringify(run.state.usage)}`);
		if (!world.store.blobs.has(journalKey(world.tenantId, run.id))) fail(`store: there is no recording of run ${run.id}`);
		const made = world.archive.look("SELECT seq FROM calls WHERE run_id = ? ORDER BY seq", run.id).map((each) => each["seq"]);
		if (made.length !== run.state.callCount || made.some((seq, index) => seq !== index + 1))
			fail(`archive: run ${run.id}: calls ${made.join()} of ${run.state.callCount}`);
	}
	expectChain(world.archive.look("SELECT record FROM calls").map((row): Call => JSON.parse(String(row["record"]))));
};

/** Every call is in the chain, whole. */
const expectChain = (records: readonly Call[]): void => {
	let hash = "";
	for (const [index, record] of [...records].sort((one, other) => (one.entry ?? 0) - (other.entry ?? 0)).entries()) {
		if (record.entry !== index + 1) fail(`archive: call ${record.id} (${record.status}) is entry ${record.entry}, wanted ${index + 1}`);
		if (!verifyEntry(record, hash)) fail(`archive: call ${record.id} is not chained to the one before it`);
		hash = record.hash ?? "";
	}
};
