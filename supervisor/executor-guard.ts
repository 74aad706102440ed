import { type ChildProcess, spawn } from "node:child_process";

/**
 * Reads which process groups there are, `+ GROUP` and `- GROUP`, until its input ends, which it does when the supervisor is gone, however it went.
 * Then it ends every group that is left, and itself.
 */
const SCRIPT = `groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -) kept=; for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done; groups=$kept ;;
  esac
done
for group in $groups; do kill -KILL -- "-$group" 2>/dev/null; done
`;

/**
 * Sees to it that no executor process outlives the supervisor, also one that is in the middle of its start. The enclosures tie each process to
 * its parent (PR_SET_PDEATHSIG), but only from the moment at which the process asks for it: a parent that dies before that is not noticed. So a
 * process of its own knows every group before anything of it runs, and ends them all. One for the supervisor's life; made again when it is killed.
 */
class ExecutorGuard {
	readonly #groups = new Set<number>();
	#process: ChildProcess | null = null;

	/** Resolves when the guard knows the group. @param group a process's pid that leads a group of its own @throws Error when there is no guard. */
	async watch(group: number): Promise<void> {
		this.#groups.add(group);
		if (this.#process === null) await this.#start();
		else await this.#tell(this.#process, `+ ${group}\n`);
	}

	/** Told when nothing of the group lives any more, since its number comes again. */
	forget(group: number): void {
		if (!this.#groups.delete(group) || this.#process === null) return;
		// A guard that is gone needs not forget.
		this.#tell(this.#process, `- ${group}\n`).catch(() => {});
	}

	async #start(): Promise<void> {
		// A session of its own: what a terminal sends to the supervisor is not for it.
		const guard = spawn("/bin/sh", ["-c", SCRIPT, "cordon-executor-guard"], {
			cwd: "/",
			env: {},
			detached: true,
			stdio: ["pipe", "ignore", "ignore"],
		});
		this.#process = guard;
		const gone = () => {
			if (this.#process === guard) this.#process = null;
		};
		guard.once("error", gone);
		guard.once("exit", gone);
		guard.stdin?.on("error", gone);
		// It waits for the supervisor's end and must not put it off.
		guard.unref();
		if (guard.stdin !== null && "unref" in guard.stdin && typeof guard.stdin.unref === "function") guard.stdin.unref();
		await this.#tell(guard, [...this.#groups].map((each) => `+ ${each}\n`).join(""));
	}

	#tell(guard: ChildProcess, line: string): Promise<void> {
		return new Promise((resolve, reject) => {
			if (guard.stdin === null) reject(new Error("Guarding an executor process: the guard has no input, wanted one."));
			else guard.stdin.write(line, (error) => (error ? reject(error) : resolve()));
		});
	}
}

/** The one of this process. */
export const executorGuard = new ExecutorGuard();
