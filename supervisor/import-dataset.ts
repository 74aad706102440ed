import { LIMITS } from "../contract/limits.ts";
import type { ImportJob, ImportOutcome } from "../worker/executor/protocol.ts";
import type { ExecutorProcess } from "./executor-process.ts";
import type { Pool } from "./pool.ts";
import { type RunLimits, RunWatch } from "./watch-run.ts";

const IMPORT_LIMITS: RunLimits = { cpuMs: LIMITS.importCpuMs, wallMs: LIMITS.importWallMs, memoryMb: LIMITS.importMemoryMb };

/** Makes a dataset's image in a process of its tenant, under the clock: a parser of data is as much at the mercy of its bytes as an isolate. The process is not used again. */
export const importDataset = async (
	pool: Pool,
	job: ImportJob,
	cancelled: AbortSignal,
	limits: RunLimits = IMPORT_LIMITS,
): Promise<ImportOutcome> => {
	const acquired = await pool.acquire({ tenantId: job.tenantId, cpuMs: limits.cpuMs, kind: "import" }, cancelled);
	if (acquired.kind === "refused") return { kind: "refused", why: acquired.why };
	if (acquired.kind === "cancelled") return { kind: "stopped", reason: "cancelled" };
	const { process, release } = acquired.lease;
	try {
		return await importIn(process, job, cancelled, limits);
	} finally {
		release(false);
	}
};

const importIn = async (process: ExecutorProcess, job: ImportJob, cancelled: AbortSignal, limits: RunLimits): Promise<ImportOutcome> => {
	process.gate.open();
	const watch = new RunWatch(process, limits, cancelled);
	const reply = await process.ask("/import", JSON.stringify(job));
	watch.end();
	process.gate.shut();
	if (watch.reason !== null) return { kind: "stopped", reason: watch.reason };
	const answered = reply.kind === "reply" && reply.status === 200 && reply.outcome === "answered";
	if (answered && reply.body.length <= LIMITS.importAnswerBytes) return { kind: "answered", answer: reply.body };
	process.kill();
	await process.ended;
	const death = watch.ownDeath(process.crashed);
	return death === null ? { kind: "lost" } : { kind: "stopped", reason: death };
};
