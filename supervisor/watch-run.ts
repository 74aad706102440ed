import { LIMITS } from "../contract/limits.ts";
import { measureProcess, type ProcessUse } from "./measure-process.ts";
import { setNiceness } from "./set-niceness.ts";

const MEBIBYTE = 1024 * 1024;
/** How fast a process can take memory at most, bytes a millisecond: touching fresh pages, seen on fast machines. */
const GROWTH_BYTES_PER_MS = 4 * MEBIBYTE;
/** Threads of one process that can use CPU at the same time: the isolate's and the collector's. */
const BUSY_THREADS = 2;
/** A process that dies by itself above this share of its memory has died of it: V8 ends a process whose heap is full. */
const MEMORY_SHARE = 0.6;

export type StopReason = "cpu" | "memory" | "wall" | "cancelled";

/** What a run may use. CPU and memory count from what the process had when the run was given to it. */
export interface RunLimits {
	readonly cpuMs: number;
	readonly wallMs: number;
	readonly memoryMb: number;
}

/** What is measured of a run, as ExecutionOutcome has it. */
export interface Measured {
	readonly cpuMs: number;
	readonly wallMs: number;
	readonly startedAtMs: number;
}

interface Watched {
	readonly pid: number;
	kill(): void;
}

/**
 * Watches one run from outside its process and kills the process at the first limit it passes, or when `cancelled` aborts. The reason is the
 * killer's, never the program's. Looks again at the earliest time a limit could be passed, within LIMITS.executorPollMs.
 */
export class RunWatch {
	readonly startedAtMs = Date.now();
	readonly #process: Watched;
	readonly #limits: RunLimits;
	readonly #cancelled: AbortSignal;
	readonly #begun = performance.now();
	#lastLookMs = performance.now();
	readonly #base: ProcessUse;
	#last: ProcessUse;
	#peakBytes: number;
	#reason: StopReason | null = null;
	#timer: NodeJS.Timeout | undefined;
	#yielded = false;

	constructor(process: Watched, limits: RunLimits, cancelled: AbortSignal) {
		this.#process = process;
		this.#limits = limits;
		this.#cancelled = cancelled;
		this.#base = measureProcess(process.pid) ?? { cpuMs: 0, residentBytes: 0, threads: 0 };
		this.#last = this.#base;
		this.#peakBytes = this.#base.residentBytes;
		cancelled.addEventListener("abort", this.#cancel);
		if (cancelled.aborted) this.#cancel();
		else this.#look();
	}

	/** Why the process was killed, or null while nobody has killed it. */
	get reason(): StopReason | null {
		return this.#reason;
	}

	/** Ends the watch and takes the last measure. */
	end(): Measured {
		clearTimeout(this.#timer);
		this.#cancelled.removeEventListener("abort", this.#cancel);
		this.#measure();
		if (this.#yielded && this.#reason === null) setNiceness(this.#process.pid, LIMITS.executorNice.short);
		return { cpuMs: this.#cpuMs(), wallMs: this.#wallMs(), startedAtMs: this.startedAtMs };
	}

	/**
	 * What ended a process that nobody here killed: its memory, its CPU time (the kernel's own limit), or null for something else.
	 * @param crashed it ended itself. V8 does that when it cannot have the memory that it is asked for, however little it had taken by then.
	 */
	ownDeath(crashed: boolean): "memory" | "cpu" | null {
		if (crashed || this.#peakBytes - this.#base.residentBytes >= MEMORY_SHARE * this.#limits.memoryMb * MEBIBYTE) return "memory";
		return this.#cpuMs() >= this.#limits.cpuMs ? "cpu" : null;
	}

	readonly #cancel = (): void => this.#stop("cancelled");

	#cpuMs(): number {
		return Math.max(0, this.#last.cpuMs - this.#base.cpuMs);
	}

	#wallMs(): number {
		return performance.now() - this.#begun;
	}

	/**
	 * A process that is gone cannot be measured: it counts as busy since the last look, so that nobody saves CPU time by dying. One that is being torn down
	 * has fewer threads to tell of: what was seen of it stays.
	 */
	#measure(): void {
		const nowMs = performance.now();
		const use = measureProcess(this.#process.pid);
		if (use === null) {
			this.#last = { ...this.#last, cpuMs: this.#last.cpuMs + nowMs - this.#lastLookMs };
			this.#lastLookMs = nowMs;
			return;
		}
		this.#lastLookMs = nowMs;
		this.#last = { ...use, cpuMs: Math.max(use.cpuMs, this.#last.cpuMs) };
		this.#peakBytes = Math.max(this.#peakBytes, use.residentBytes);
	}

	#stop(reason: StopReason): void {
		if (this.#reason !== null) return;
		clearTimeout(this.#timer);
		this.#reason = reason;
		this.#process.kill();
	}

	/** A run that has worked for a while goes behind those that have not, whoever's they are: a short one beside a long one is short. */
	#yield(): void {
		this.#yielded = true;
		setNiceness(this.#process.pid, LIMITS.executorNice.long);
	}

	#look(): void {
		this.#measure();
		if (!this.#yielded && this.#cpuMs() >= LIMITS.executorYieldCpuMs) this.#yield();
		const cpuLeftMs = this.#limits.cpuMs - this.#cpuMs();
		const bytesLeft = this.#base.residentBytes + this.#limits.memoryMb * MEBIBYTE - this.#last.residentBytes;
		const wallLeftMs = this.#limits.wallMs - this.#wallMs();
		// What threads take of the kernel is memory too, and stands in no figure of the process.
		const crowded = this.#last.threads > LIMITS.executorThreads;
		const passed = cpuLeftMs <= 0 ? "cpu" : bytesLeft <= 0 || crowded ? "memory" : wallLeftMs <= 0 ? "wall" : null;
		if (passed !== null) {
			this.#stop(passed);
			return;
		}
		const earliestMs = Math.min(cpuLeftMs / BUSY_THREADS, bytesLeft / GROWTH_BYTES_PER_MS, wallLeftMs);
		const { min, max } = LIMITS.executorPollMs;
		this.#timer = setTimeout(() => this.#look(), Math.min(max, Math.max(min, earliestMs)));
	}
}
