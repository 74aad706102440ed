import { Refusal } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { AgentReplay } from "../../../contract/replays.ts";
import type { RunSummary } from "../../../contract/runs.ts";
import { listArchivedRuns } from "../../ledger/read-archive.ts";
import type { ReadyProgram } from "../find-program.ts";
import type { Starting } from "../start-run.ts";
import { findRecording } from "./find-recording.ts";
import { replayRun } from "./replay-run.ts";

type Line = AgentReplay["data"][number];

const ACTION = "Replaying a run";
/** How many runs are replayed at once: the executors have other runs too. */
const AT_ONCE = 2;
/** Rows of one look into the archive, and most looks for runs that have ended. */
const PAGE = 100;
const PAGES = 5;

/** Replays the last runs of an agent, the newest first, as many as there is time for; each line says how it went, or why it was not replayed. */
export const replayAgentRuns = async (starting: Starting, version: ReadyProgram | null, most: number): Promise<AgentReplay> => {
	const runs = await lastRuns(starting, most);
	const untilMs = Date.now() + LIMITS.replayAgentMs;
	const data: Line[] = new Array<Line>(runs.length);
	let next = 0;
	const work = async (): Promise<void> => {
		for (let index = next; index < runs.length; index = next) {
			next += 1;
			const { id = "" } = runs[index] ?? {};
			data[index] = Date.now() < untilMs ? await replayOne(starting, id, version) : notReplayed(id, `${ACTION}: the time was over`);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	const count = (verdict: Line["verdict"]): number => data.filter((line) => line.verdict === verdict).length;
	return { identical: count("identical"), diverged: count("diverged"), notReplayed: count("not_replayed"), data };
};

/** Live runs that have ended, as the archive has them. */
const lastRuns = async ({ env, entry }: Starting, most: number): Promise<RunSummary[]> => {
	const found: RunSummary[] = [];
	let before: string | null = null;
	for (let page = 0; page < PAGES && found.length < most; page += 1) {
		const filter = { agentId: entry.agentId, status: null, before, most: PAGE };
		const runs: RunSummary[] = await listArchivedRuns(env.DB, entry.tenantId, filter);
		found.push(...runs.filter((run) => run.mode === "live" && run.endedAtMs !== null));
		before = runs.at(-1)?.id ?? null;
		if (runs.length < PAGE || before === null) break;
	}
	return found.slice(0, most);
};

const replayOne = async (starting: Starting, runId: string, version: ReadyProgram | null): Promise<Line> => {
	try {
		const recording = await findRecording(starting.env, starting.entry, runId, ACTION);
		const { verdict, divergence } = await replayRun(starting, recording, version);
		return { run: runId, verdict: verdict === "identical" ? "identical" : "diverged", divergence, why: null };
	} catch (error) {
		if (error instanceof Refusal) return notReplayed(runId, error.message);
		throw error;
	}
};

const notReplayed = (run: string, why: string): Line => ({ run, verdict: "not_replayed", divergence: null, why });
