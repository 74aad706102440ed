import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Enclosure } from "./enclosure.ts";
import { findProgram } from "./find-program.ts";

/** How long the trivial program may take, milliseconds. */
const TRIAL_MS = 10_000;

/**
 * Whether an enclosure works on this machine at all: `true` in workerd's place, with empty folders, which needs of the kernel what the executor
 * needs and nothing of the executor's own. When nobody can say (no such program, no end in time), it counts as working: the answer opens no door.
 * @param runtimeFolder gets a folder for as long as it takes.
 */
export const worksForTrivialProgram = async (enclosure: Enclosure, runtimeFolder: string): Promise<boolean> => {
	const program = findProgram("true");
	if (program === null) return true;
	const folder = join(runtimeFolder, `trial-${enclosure.kind}`);
	const [executorFolder, ownFolder] = [join(folder, "executor"), join(folder, "own")];
	try {
		for (const each of [executorFolder, ownFolder]) await mkdir(each, { recursive: true, mode: 0o700 });
		const { file, args } = enclosure.commandLine({ workerd: program, executorFolder, ownFolder });
		const trial = spawn(file, args, { cwd: ownFolder, env: {}, stdio: "ignore", timeout: TRIAL_MS, killSignal: "SIGKILL" });
		const [code] = await once(trial, "exit");
		return code === 0 || code === null;
	} catch {
		return true;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
};
