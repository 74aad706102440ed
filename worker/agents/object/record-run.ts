import { z } from "zod";
import { bytesToBase64 } from "../../../contract/base64.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { CompiledProgram } from "../../executor/protocol.ts";
import type { Recording } from "../recording.ts";
import { journalKey } from "../../blobs/blob-keys.ts";
import { shapesOf } from "./admit-run.ts";
import type { CallRow } from "./call-rows.ts";
import { choicesOf } from "./call-place.ts";
import { describe } from "./describe-run.ts";
import type { ObjectState } from "./object-state.ts";
import { planKinds } from "./plan-rows.ts";
import { jsonColumn, readRow } from "../../db/rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";

const Work = z.object({ program: jsonColumn(CompiledProgram), input: z.string() });

/** Everything that a run can be executed again from whose last attempt has ended; null when the object does not have it (any more), or the run goes on. */
export const recordingOf = (state: ObjectState, runId: string): Recording | null => {
	const row = state.runs.get(runId);
	const configuration = state.facts.configuration();
	const work = readRow(state.sql, Work, "SELECT program, input FROM work WHERE run_id = ?", runId);
	if (row === null || configuration === null || work === null || isLive(row) || row.settled === 0) return null;
	const run = describe(state, configuration.agentId, row);
	return {
		version: 1,
		run,
		...work,
		choices: choicesOf(state, runId),
		inputs: inputsOf(state, runId),
		shapes: shapesOf(state, row),
		limits: row.state.limits,
		seed: row.state.seed,
		clockMs: row.state.clockMs,
		repeatable: row.state.repeatable,
		givenLabels: row.state.givenLabels,
		places: row.state.places,
		sent: row.state.sent,
		canaries: row.state.canaries,
		planKinds: run.plan === null ? [] : planKinds(run.plan),
		calls: callsOf(state, row).map(({ seen: _seen, asked: _asked, ...call }) => call),
	};
};

/** Of a run that cannot be executed again nobody reads arguments and answers: what is left of them is not whole. */
const callsOf = (state: ObjectState, { id, state: { repeatable } }: RunRow): CallRow[] =>
	repeatable ? state.calls.journal(id) : state.calls.lines(id).map((line) => ({ ...line, args: null, answer: null }));

/** The input files of a run, as they were; null: there are too many to keep. */
const inputsOf = (state: ObjectState, runId: string): Recording["inputs"] => {
	const inputs = state.files(runId, "output").inputs();
	if (inputs.reduce((sum, { bytes }) => sum + bytes, 0) > LIMITS.recordedInputBytes) return null;
	return inputs.map(({ path, read }) => ({ path, bytes: bytesToBase64(read()) }));
};

/**
 * Brings the recordings of runs that are over to the store, and forgets what was kept for them. Whatever dies here, the mark stays and it is done again: every
 * step may be repeated. @returns whether it has stored some, and there may be more
 * @throws when one could not be stored, once it has tried them all: its mark stays, and none waits for it
 */
export const storeRecordings = async (state: ObjectState, blobs: R2Bucket): Promise<boolean> => {
	const configuration = state.facts.configuration();
	if (configuration === null) return false;
	let isAny = false;
	const failures: unknown[] = [];
	for (let page = state.outbox.recordings(); page.length > 0; page = state.outbox.recordings(page.at(-1))) {
		for (const runId of page) {
			if (isStillPerformed(state, runId, Date.now())) continue;
			try {
				await storeRecording(state, blobs, configuration.tenantId, runId);
				isAny = true;
			} catch (error) {
				failures.push(error);
			}
		}
	}
	if (failures.length > 0) throw new Error(`Storing recordings: ${failures.length} could not be stored`, { cause: failures[0] });
	return isAny;
};

const storeRecording = async (state: ObjectState, blobs: R2Bucket, tenantId: string, runId: string): Promise<void> => {
	const recording = recordingOf(state, runId);
	if (recording !== null) await blobs.put(journalKey(tenantId, runId), JSON.stringify(recording));
	state.step(() => {
		for (const table of ["work", "timelines"]) state.sql.exec(`DELETE FROM ${table} WHERE run_id = ?`, runId);
		state.files(runId, "output").dropInputs();
		state.outbox.clear("journal", runId);
	});
};

/** Streams that its program left are about to end, and belong to the recording. */
const isStillPerformed = (state: ObjectState, runId: string, nowMs: number): boolean => {
	if (state.performing.size === 0) return false;
	const endedAtMs = state.runs.get(runId)?.ended_at_ms ?? 0;
	return (
		nowMs - endedAtMs < LIMITS.recordingWaitMs &&
		[...state.performing.keys()].some((callId) => state.calls.line(callId)?.record.run === runId)
	);
};
