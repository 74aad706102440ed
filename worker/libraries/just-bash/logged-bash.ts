import { Bash, type BashOptions } from "just-bash/browser";

/** Most commands of one program that are logged, and longest text of one, characters. The run's own log has its bounds besides. */
const LOGGED_COMMANDS = 200;
const LOGGED_CHARS = 500;

/** Bounds of one `exec`, so that a shell that loops ends with an error that says so; the run's CPU time ends it anyway. Bytes, and counts. */
const EXECUTION_LIMITS = {
	maxCommandCount: 10_000,
	maxLoopIterations: 10_000,
	maxAwkIterations: 100_000,
	maxSedIterations: 100_000,
	maxJqIterations: 100_000,
	maxCallDepth: 100,
	maxSourceBytes: 1024 * 1024,
	maxStringLength: 16 * 1024 * 1024,
	maxOutputSize: 16 * 1024 * 1024,
	maxLiveBytes: 64 * 1024 * 1024,
	maxInputBytes: 64 * 1024 * 1024,
	maxFileSystemBytes: 64 * 1024 * 1024,
};

let logged = 0;

/** The shell with its commands in the run's log: `$ command` before it runs, `exit N` after it. */
export class LoggedBash extends Bash {
	constructor(options: BashOptions = {}) {
		super({
			// It would change globals of the isolate under the program; what holds a program is the isolate.
			defenseInDepth: false,
			...options,
			executionLimits: { ...EXECUTION_LIMITS, ...options.executionLimits },
		});
	}

	override async exec(command: string, options?: Parameters<Bash["exec"]>[1]): ReturnType<Bash["exec"]> {
		logged += 1;
		if (logged > LOGGED_COMMANDS) {
			if (logged === LOGGED_COMMANDS + 1) console.warn(`$ … (further commands are not logged: ${LOGGED_COMMANDS} were)`);
			return this.perform(command, options);
		}
		console.log(`$ ${cut(command.trim())}`);
		const result = await this.perform(command, options);
		if (result.exitCode === 0) console.log("exit 0");
		else console.warn(`exit ${result.exitCode}${result.stderr.trim() === "" ? "" : `: ${cut(result.stderr.trim())}`}`);
		return result;
	}

	/** Runs a command line without a word in the log. */
	protected perform(command: string, options?: Parameters<Bash["exec"]>[1]): ReturnType<Bash["exec"]> {
		return super.exec(command, options);
	}
}

const cut = (text: string): string => (text.length <= LOGGED_CHARS ? text : `${text.slice(0, LOGGED_CHARS - 1)}…`);
