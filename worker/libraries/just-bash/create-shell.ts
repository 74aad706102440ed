import type { Bash, BashOptions } from "just-bash/browser";
import { LoggedBash } from "./logged-bash.ts";
import { type WorkspaceFiles, WorkspaceFs } from "./workspace-fs.ts";

const ROOT = "/workspace";
/** Where a grant that does not list all of /workspace usually has its mounts. */
const USUAL_FOLDERS = [`${ROOT}/input`, `${ROOT}/output`, `${ROOT}/tmp`];

export interface ShellOptions extends Omit<BashOptions, "fs" | "files" | "network" | "fetch" | "python" | "javascript"> {
	/** Folders below /workspace that the grant mounts, when they are others than input, output and tmp. */
	readonly folders?: readonly string[];
}

/**
 * A shell over the run's files: `const shell = await createShell(env.files); const { stdout, exitCode } = await shell.exec("ls /workspace")`. It starts in
 * /workspace. Files there are read through the grant when a command asks for them, and written through it when the command line has ended; what the grant refuses
 * is told on stderr with exit code 1. `/tmp` is memory of this shell. There are no processes and there is no network.
 * @throws Error when the grant lists none of the folders
 */
export const createShell = async (files: WorkspaceFiles, options: ShellOptions = {}): Promise<Bash> => {
	if (typeof files?.list !== "function")
		throw new Error("Creating a shell: found no files grant, wanted createShell(env.files) with the name of the agent's files grant.");
	const { folders, ...shell } = options;
	const fs = new WorkspaceFs(files, folders ?? (await findFolders(files)));
	await fs.refresh();
	return new WorkspaceShell(fs, { cwd: ROOT, ...shell, env: { HOME: ROOT, ...shell.env } });
};

/** Most refusals of one command line that are told. */
const TOLD_REFUSALS = 10;

/**
 * Between two command lines the shell holds nothing back: before each it looks at the grant's list, since the program may use the grant beside the shell; after
 * each, whatever became of it, what changed goes to the grant. One at a time, so that no line sees half of another.
 */
class WorkspaceShell extends LoggedBash {
	readonly #workspace: WorkspaceFs;
	#last: Promise<unknown> = Promise.resolve();

	constructor(fs: WorkspaceFs, options: BashOptions) {
		super({ ...options, fs });
		this.#workspace = fs;
	}

	protected override async perform(command: string, options?: Parameters<Bash["exec"]>[1]): ReturnType<Bash["exec"]> {
		const turn = this.#last.then(() => this.#performNow(command, options));
		this.#last = turn.catch(() => undefined);
		return turn;
	}

	async #performNow(command: string, options?: Parameters<Bash["exec"]>[1]): ReturnType<Bash["exec"]> {
		await this.#workspace.refresh();
		try {
			const result = await super.perform(command, options);
			const refused = await this.#workspace.commit();
			if (refused.length === 0) return result;
			const told = refused.slice(0, TOLD_REFUSALS).map((why) => `bash: ${why}\n`);
			return { ...result, stderr: result.stderr + told.join(""), exitCode: result.exitCode === 0 ? 1 : result.exitCode };
		} catch (error) {
			await this.#workspace.commit();
			throw error;
		}
	}
}

const findFolders = async (files: WorkspaceFiles): Promise<string[]> => {
	let refusal: unknown = null;
	const listed = async (folder: string): Promise<boolean> => {
		try {
			await files.list(folder);
			return true;
		} catch (error) {
			refusal = error;
			return false;
		}
	};
	if (await listed(ROOT)) return [ROOT];
	const found: string[] = [];
	for (const folder of USUAL_FOLDERS) if (await listed(folder)) found.push(folder);
	if (found.length > 0) return found;
	const hint = typeof refusal === "object" && refusal !== null && "hint" in refusal ? ` ${String(refusal.hint)}` : "";
	throw new Error(
		`Creating a shell: the grant lists neither ${ROOT} nor ${USUAL_FOLDERS.join(", ")}; wanted createShell(files, { folders: [...] }) with its mounts.${hint}`,
		{ cause: refusal },
	);
};
