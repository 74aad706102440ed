import type { ExecutionOutcome, Job, LogLine } from "../worker/executor/protocol.ts";
import { engineMemoryMb } from "./engine-memory.ts";
import type { ExecutorProcess } from "./executor-process.ts";
import type { ExecutorReply } from "./executor-request.ts";
import { LiveLines } from "./live-lines.ts";
import type { Pool } from "./pool.ts";
import { RunWatch } from "./watch-run.ts";

/** Who hears of a job while it goes. */
export interface JobListener {
	/** Called once when the job has left the queue, with epoch milliseconds. */
	onStart(startedAtMs: number): void;
	/** Console lines as they gather. Those that have not gathered when the job ends stand in its outcome alone. */
	onLines(lines: readonly LogLine[]): void;
}

/**
 * Runs one job in a process of its tenant and says how it ended, by what was measured and by who ended it.
 * @param cancelled stops the job, waiting or running.
 */
export const executeJob = async (
	pool: Pool,
	{ warm: name, ...job }: Job,
	cancelled: AbortSignal,
	listener: JobListener,
): Promise<ExecutionOutcome> => {
	const warm = name === undefined ? null : { name, runId: job.runId };
	const acquired = await pool.acquire({ tenantId: job.tenantId, cpuMs: job.limits.cpuMs, kind: "run", warm }, cancelled);
	if (acquired.kind === "refused") return { kind: "refused", why: acquired.why };
	if (acquired.kind === "cancelled")
		return { kind: "stopped", reason: "cancelled", cpuMs: 0, wallMs: 0, startedAtMs: Date.now(), logs: [], logsDropped: 0 };
	const { process, isolate, release } = acquired.lease;
	let clean = false;
	try {
		const outcome = await runIn(process, isolate === null ? job : { ...job, warm: isolate }, cancelled, listener);
		clean = outcome.kind === "answered";
		return outcome;
	} finally {
		release(clean, engineMemoryMb(job.datasetBytes));
	}
};

const runIn = async (
	process: ExecutorProcess,
	job: Job,
	cancelled: AbortSignal,
	{ onStart, onLines }: JobListener,
): Promise<ExecutionOutcome> => {
	const lines = new LiveLines(onLines);
	process.spool.reset((line) => lines.take(line));
	process.gate.open();
	const memoryMb = job.limits.memoryMb + engineMemoryMb(job.datasetBytes);
	const watch = new RunWatch(process, { ...job.limits, memoryMb }, cancelled);
	onStart(watch.startedAtMs);
	const reply = await process.ask("/run", JSON.stringify(job));
	const measured = watch.end();
	lines.end();
	process.gate.shut();
	if (watch.reason === null && reply.kind === "reply" && reply.status === 200 && reply.outcome === "answered")
		return { kind: "answered", answer: reply.body, ...measured };
	// Without an answer the process has had its day; once it has ended, everything it wrote has been read.
	process.kill();
	await process.ended;
	const spooled = process.spool.read();
	if (watch.reason !== null) return { kind: "stopped", reason: watch.reason, ...measured, ...spooled };
	const failure = explain(reply);
	if (failure.kind !== "lost") return { ...failure, ...measured, ...spooled };
	const death = watch.ownDeath(process.crashed);
	return death === null ? { kind: "lost", ...measured, ...spooled } : { kind: "stopped", reason: death, ...measured, ...spooled };
};

/** What a reply without an answer says; the process itself may be gone. */
const explain = (reply: ExecutorReply): { kind: "silent" } | { kind: "not_loaded"; message: string } | { kind: "lost" } => {
	if (reply.kind === "gone" || reply.status !== 200) return { kind: "lost" };
	return reply.outcome === "not_loaded" ? { kind: "not_loaded", message: reply.body } : { kind: "silent" };
};
