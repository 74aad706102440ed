import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { chmod, mkdir, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { LIMITS } from "../contract/limits.ts";
import type { Enclosure } from "./enclosure.ts";
import { ErrorTail } from "./error-tail.ts";
import { executorGuard } from "./executor-guard.ts";
import { askExecutor, type ExecutorReply } from "./executor-request.ts";
import { withRlimits } from "./executor-rlimits.ts";
import { findWorkerdPid } from "./find-workerd-pid.ts";
import { type GateAddress, GateSplice } from "./gate-splice.ts";
import { LogSpool } from "./log-spool.ts";
import { measureProcess } from "./measure-process.ts";

/** What every executor process of a supervisor is started from. */
export interface ExecutorSettings {
	readonly enclosure: Enclosure;
	readonly workerd: string;
	/** Built by build-dispatcher. */
	readonly executorFolder: string;
	/** Short absolute path (socket names have at most 107 bytes); each process gets a folder in it. */
	readonly runtimeFolder: string;
	readonly gate: () => GateAddress | null;
}

/** How long the wrapper may take to notice that what it wrapped is dead, milliseconds. */
const WRAPPER_GRACE_MS = 500;
/** How long an unused connection to the process is kept, milliseconds. */
const IDLE_CONNECTION_MS = 2_000;
/** How often a starting process is asked whether it is there, milliseconds. */
const START_POLL_MS = 8;
/**
 * Stands still until it is told to go on, which happens when the guard knows its process group; a supervisor that dies before that says nothing,
 * and nothing runs. Then it becomes what it was given.
 */
const GATED = 'read -r go && exec "$@" </dev/null';
/** The kernel's out-of-memory killer takes an executor process before the control plane. */
const OOM_SCORE = "800";
/**
 * The process's own folder: it makes its socket there, and nothing from its first answer on, since files without a byte fill a disk as well. No run has been
 * given to it by then, and the filter of system calls lets it change no mode.
 */
const [OPEN_MODE, SEALED_MODE] = [0o700, 0o500];

let started = 0;

/** A running executor process: one workerd in its enclosure, its socket, its way back, its output. Owns its folder and removes it when it ends. */
export class ExecutorProcess {
	/** Of workerd itself, as seen from outside; its wrapper's until the start is over. */
	readonly pid: number;
	/** Resident memory before the first run, bytes. */
	readonly freshResidentBytes: number;
	readonly spool: LogSpool;
	readonly gate: GateSplice;
	/** Settles once the process, its wrapper and its output have ended. */
	readonly ended: Promise<void>;
	readonly #wrapper: ChildProcess;
	readonly #folder: string;
	readonly #agent: Agent;
	readonly #errors: ErrorTail;
	#alive = true;

	private constructor(parts: StartedParts, pid: number, freshResidentBytes: number) {
		this.pid = pid;
		this.freshResidentBytes = freshResidentBytes;
		this.spool = parts.spool;
		this.gate = parts.gate;
		this.ended = parts.ended;
		this.#wrapper = parts.wrapper;
		this.#folder = parts.folder;
		this.#agent = parts.agent;
		this.#errors = parts.errors;
		this.ended.then(() => {
			this.#alive = false;
		});
	}

	/**
	 * Starts a process and waits for its first answer.
	 * @throws Error saying what the process said when it does not come up within LIMITS.executorStartMs.
	 */
	static async start(settings: ExecutorSettings): Promise<ExecutorProcess> {
		const parts = await launch(settings);
		try {
			await firstAnswer(parts);
			const pid = findWorkerdPid(parts.wrapper.pid ?? 0);
			const use = pid === null ? null : measureProcess(pid);
			if (pid === null || use === null) throw new Error("its workerd is not to be found under the wrapper");
			writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE);
			await chmod(parts.folder, SEALED_MODE);
			return new ExecutorProcess(parts, pid, use.residentBytes);
		} catch (error) {
			killGroup(parts.wrapper);
			await parts.ended;
			const said = parts.errors.read();
			throw new Error(`Starting an executor process: ${error instanceof Error ? error.message : "failed"}; it said: ${said || "nothing"}`);
		}
	}

	/** Whether it ended itself, once it has ended: what runs in it made it. */
	get crashed(): boolean {
		return this.#errors.tellsOfCrash();
	}

	get alive(): boolean {
		return this.#alive;
	}

	/** Asks the dispatcher; see executor-process/dispatcher for the paths. */
	ask(path: string, body?: string): Promise<ExecutorReply> {
		return askExecutor(this.#agent, join(this.#folder, "executor.sock"), path, body);
	}

	/** Ends it at once. The wrapper goes by itself when workerd is gone, or is made to. */
	kill(): void {
		if (!this.#alive) return;
		this.gate.shut();
		try {
			process.kill(this.pid, "SIGKILL");
		} catch {
			// Gone already; the wrapper's end follows.
		}
		setTimeout(WRAPPER_GRACE_MS, undefined, { ref: false }).then(() => {
			if (this.#alive) killGroup(this.#wrapper);
		});
	}
}

interface StartedParts {
	readonly wrapper: ChildProcess;
	readonly folder: string;
	readonly agent: Agent;
	readonly spool: LogSpool;
	readonly errors: ErrorTail;
	readonly gate: GateSplice;
	readonly ended: Promise<void>;
}

const launch = async (settings: ExecutorSettings): Promise<StartedParts> => {
	started += 1;
	const folder = join(settings.runtimeFolder, `e${started}`);
	await mkdir(folder, { mode: OPEN_MODE });
	const gate = await GateSplice.listen(join(folder, "gate.sock"), settings.gate);
	const enclosed = { workerd: settings.workerd, executorFolder: settings.executorFolder, ownFolder: folder };
	const command = withRlimits(settings.enclosure.commandLine(enclosed));
	// A session and a process group of its own: a Ctrl-C in the terminal is for the supervisor, which lets runs finish; and what the wrappers start
	// stays in the group, so that all of it can be ended at every moment of the start.
	const wrapper = spawn("/bin/sh", ["-c", GATED, "executor", command.file, ...command.args], {
		cwd: folder,
		env: {},
		detached: true,
		stdio: ["pipe", "pipe", "pipe"],
	});
	// workerd closes a connection that was idle for five seconds: ours goes first, so that no run is handed to one that is closing.
	const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS });
	const spool = new LogSpool();
	const errors = new ErrorTail();
	wrapper.stdout.on("data", (chunk: Buffer) => spool.write(chunk));
	wrapper.stderr.on("data", (chunk: Buffer) => errors.write(chunk));
	wrapper.stdin.on("error", () => {});
	const ended = new Promise<void>((resolve) => {
		wrapper.once("error", () => resolve());
		wrapper.once("close", () => resolve());
	}).then(async () => {
		if (wrapper.pid !== undefined) executorGuard.forget(wrapper.pid);
		gate.end();
		agent.destroy();
		await chmod(folder, OPEN_MODE).catch(() => {});
		await rm(folder, { recursive: true, force: true });
	});
	if (wrapper.pid !== undefined)
		executorGuard.watch(wrapper.pid).then(
			() => wrapper.stdin.end("go\n"),
			(error: unknown) => {
				errors.write(Buffer.from(`${error instanceof Error ? error.message : "the guard is gone"}\n`));
				wrapper.stdin.end();
			},
		);
	return { wrapper, folder, agent, spool, errors, gate, ended };
};

/** Ends the wrapper and everything that it has started so far. Only while it has not ended, since its number comes again. */
const killGroup = (wrapper: ChildProcess): void => {
	try {
		if (wrapper.pid !== undefined) process.kill(-wrapper.pid, "SIGKILL");
	} catch {
		// Nothing of it is left.
	}
};

/** The socket's file appears before anybody listens behind it, so asking is the only way to know. */
const firstAnswer = async (parts: StartedParts): Promise<void> => {
	const deadlineMs = performance.now() + LIMITS.executorStartMs;
	let died = false;
	parts.ended.then(() => {
		died = true;
	});
	while (performance.now() < deadlineMs) {
		const reply = await askExecutor(parts.agent, join(parts.folder, "executor.sock"), "/ping");
		if (reply.kind === "reply" && reply.status === 200) return;
		if (died) throw new Error("it ended before its first answer");
		await setTimeout(START_POLL_MS);
	}
	throw new Error(`it gave no answer within ${LIMITS.executorStartMs} ms`);
};
