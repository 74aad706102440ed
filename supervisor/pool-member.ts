import { LIMITS } from "../contract/limits.ts";
import { WarmIsolates } from "../worker/executor/warm-isolates.ts";
import type { ExecutorProcess } from "./executor-process.ts";
import { measureProcess } from "./measure-process.ts";

const MEBIBYTE = 1024 * 1024;

/** An executor process as the pool knows it: whose it is, what it has done, when it was last used. */
export class PoolMember {
	readonly process: ExecutorProcess;
	/** Set at the first run and never changed: a process that served one tenant is never given to another. */
	#tenantId: string | null = null;
	#busy = false;
	#served = 0;
	#engineMb = 0;
	#idleSinceMs = performance.now();
	#idleCpuMs: number;
	readonly #warm = new WarmIsolates(LIMITS.warmIsolatesPerProcess);
	/** Name of the warm isolate that its last run had; null: a fresh one. */
	#lastName: string | null = null;

	constructor(process: ExecutorProcess) {
		this.process = process;
		this.#idleCpuMs = measureProcess(process.pid)?.cpuMs ?? 0;
	}

	get tenantId(): string | null {
		return this.#tenantId;
	}

	get busy(): boolean {
		return this.#busy;
	}

	get idleSinceMs(): number {
		return this.#idleSinceMs;
	}

	/**
	 * How well the idle process suits runs that may share an isolate of this name: 0 has one that is free; 1 has one of which there is no word yet, and gives a fresh
	 * one rather than that another process makes one too; 2 can make one; 3 can do nothing of this.
	 */
	warmRank(name: string): 0 | 1 | 2 | 3 {
		const state = this.#warm.stateOf(name, performance.now());
		if (state === "free") return 0;
		if (state === "waiting") return 1;
		return this.#warm.hasRoom ? 2 : 3;
	}

	/** How long the word may still be waited for that the idle process's isolate of a name can be used again, milliseconds; 0: it is not waited for. */
	awaitsWordMs(name: string): number {
		const nowMs = performance.now();
		const isAwaited = this.#lastName === name && this.#warm.stateOf(name, nowMs) === "waiting" && this.#warm.isProven(name);
		return isAwaited ? Math.max(0, this.#idleSinceMs + LIMITS.warmWordMs - nowMs) : 0;
	}

	/** The isolate for a run that has the process: its id, or null for a fresh one. */
	takeIsolate(name: string, runId: string): string | null {
		const isolate = this.#warm.take(name, runId, performance.now());
		if (isolate !== null) this.#lastName = name;
		return isolate;
	}

	/** What a run that has ended left in its warm isolate may be found by another; nothing when it had none here. */
	keepIsolate(runId: string): void {
		this.#warm.keep(runId);
	}

	/**
	 * Whether the idle process can take a job that may use `cpuMs`: it lives, nothing in it has worked since it was given back, the kernel's
	 * limit on its life's CPU time lies beyond the job's own, and it does not hold warm isolates for nothing.
	 */
	fits(cpuMs: number): boolean {
		if (this.#warm.isSpent(performance.now())) return false;
		const use = this.process.alive ? measureProcess(this.process.pid) : null;
		if (use === null) return false;
		const lingered = this.#served > 0 && use.cpuMs - this.#idleCpuMs > this.#lingerMs;
		return !lingered && use.cpuMs + cpuMs + LIMITS.executorCpuMarginMs <= LIMITS.executorLifetimeCpuS * 1000;
	}

	get #lingerMs(): number {
		return this.#engineMb > 0 ? LIMITS.engineLingerCpuMs : LIMITS.executorLingerCpuMs;
	}

	/** @throws Error when another tenant has it or it is busy: a bug of the pool. */
	occupy(tenantId: string): void {
		if (this.#busy || (this.#tenantId !== null && this.#tenantId !== tenantId))
			throw new Error("Occupying an executor process: it is busy or another tenant's, wanted an idle one of the same tenant or a new one.");
		this.#busy = true;
		this.#lastName = null;
		this.#tenantId = tenantId;
		this.#served += 1;
	}

	/**
	 * Takes the process back after a clean answer. False when it is not fit to be used again: too many runs, or too much memory kept.
	 * @param engineMb what the job's datasets may keep: they stay loaded for the tenant's next job
	 */
	giveBack(engineMb: number): boolean {
		this.#engineMb = Math.max(this.#engineMb, engineMb);
		this.#busy = false;
		const use = this.process.alive ? measureProcess(this.process.pid) : null;
		if (use === null || this.#served >= LIMITS.executorRuns) return false;
		this.#idleSinceMs = performance.now();
		this.#idleCpuMs = use.cpuMs;
		return use.residentBytes <= this.process.freshResidentBytes + (LIMITS.executorRetainedMb + this.#engineMb) * MEBIBYTE;
	}
}
