import { LIMITS } from "../contract/limits.ts";
import { CompileOutcome, type SourceProgram } from "../worker/executor/protocol.ts";
import type { ExecutorProcess } from "./executor-process.ts";
import type { Pool } from "./pool.ts";
import { RunWatch } from "./watch-run.ts";

const COMPILE_LIMITS = { cpuMs: LIMITS.compileCpuMs, wallMs: LIMITS.compileWallMs, memoryMb: LIMITS.memoryMb.max };

/** What a compilation came to; refused when no process took it. */
export type CompileAnswer = CompileOutcome | { kind: "refused"; why: string };

/**
 * Compiles a program in a process of its tenant, under the clock: a parser is as much at the mercy of its text as an isolate. Under a process that dies of something
 * else it is compiled once more, in another one: nothing has happened but that.
 */
export const compileSource = async (
	pool: Pool,
	source: SourceProgram,
	tenantId: string,
	cancelled: AbortSignal,
): Promise<CompileAnswer> => {
	const first = await compileOnce(pool, source, tenantId, cancelled);
	const answer = first === DIED ? await compileOnce(pool, source, tenantId, cancelled) : first;
	return answer === DIED ? { kind: "refused", why: "the executor process died under the compiler" } : answer;
};

const DIED = "died";

const compileOnce = async (
	pool: Pool,
	source: SourceProgram,
	tenantId: string,
	cancelled: AbortSignal,
): Promise<CompileAnswer | typeof DIED> => {
	const acquired = await pool.acquire({ tenantId, cpuMs: COMPILE_LIMITS.cpuMs, kind: "compile" }, cancelled);
	if (acquired.kind === "refused") return { kind: "refused", why: acquired.why };
	if (acquired.kind === "cancelled") return { kind: "refused", why: "whoever asked has gone" };
	const { process, release } = acquired.lease;
	let clean = false;
	try {
		const answer = await compileIn(process, source, cancelled);
		clean = answer.clean;
		return answer.outcome;
	} finally {
		release(clean);
	}
};

const compileIn = async (
	process: ExecutorProcess,
	source: SourceProgram,
	cancelled: AbortSignal,
): Promise<{ outcome: CompileAnswer | typeof DIED; clean: boolean }> => {
	const watch = new RunWatch(process, COMPILE_LIMITS, cancelled);
	const reply = await process.ask("/compile", JSON.stringify(source));
	watch.end();
	if (watch.reason === null && reply.kind === "reply" && reply.status === 200) {
		const parsed = CompileOutcome.safeParse(readJson(reply.body));
		if (parsed.success) return { outcome: parsed.data, clean: true };
	}
	const invalid = (message: string) => ({
		outcome: { kind: "invalid" as const, message, module: source.main, line: null, column: null },
		clean: false,
	});
	const reason = watch.reason ?? watch.ownDeath(process.crashed);
	if (reason === "cancelled") return { outcome: { kind: "refused", why: "whoever asked has gone" }, clean: false };
	if (reason === "memory") return invalid("Compiling: the program took too much memory, wanted a smaller or simpler one.");
	if (reason !== null) return invalid(`Compiling: the program took too long, wanted at most ${LIMITS.compileCpuMs} ms.`);
	return { outcome: DIED, clean: false };
};

const readJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
};
