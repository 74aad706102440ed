import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { findProgram } from "../../../../supervisor/find-program.ts";
import { bubblewrapEnclosure } from "../../../../supervisor/enclosure-bubblewrap.ts";
import { unshareEnclosure } from "../../../../supervisor/enclosure-unshare.ts";
import type { Enclosure } from "../../../../supervisor/enclosure.ts";
import { withRlimits } from "../../../../supervisor/executor-rlimits.ts";
import { sharedLibraries } from "../../../../supervisor/shared-libraries.ts";

/** How a program that ran in the executor's place ended: as a shell would say it, 128 and the signal's number when a signal ended it. */
export interface EndedInPlace {
	readonly code: number;
	readonly said: Buffer;
	readonly errors: string;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGSYS: 31, SIGKILL: 9, SIGABRT: 6, SIGSEGV: 11, SIGXFSZ: 25 };
/** A program that hangs is ended. */
const MOST_MS = 20_000;

/**
 * The enclosure as Cordon makes it, for another program than workerd; null where it is not installed.
 * @param linked what is linked with libraries: the program, unless it is a static one. @param filter as bubblewrapEnclosure takes it
 */
export const enclosureFor = async (
	kind: "bubblewrap" | "unshare",
	linked: readonly string[],
	filter: string | null,
): Promise<Enclosure | null> => {
	const [bwrap, unshare, setpriv] = ["bwrap", "unshare", "setpriv"].map(findProgram);
	if (kind === "bubblewrap")
		return bwrap ? bubblewrapEnclosure(bwrap, linked.length === 0 ? [] : await sharedLibraries(linked), filter) : null;
	return unshare && setpriv ? unshareEnclosure(unshare, setpriv, await sharedLibraries([...linked, setpriv])) : null;
};

/**
 * Runs a program in workerd's place: the same command line, the same limits, the same folders, the folder of its own sealed as it is once a run is given to it.
 * @param files what lies in its own folder, by name. @param program an absolute path. @param user whose supervisor it would be; this process's own unless given
 */
export const runInPlace = async (
	enclosure: Enclosure,
	program: string,
	files: Readonly<Record<string, string>> = {},
	user?: number,
): Promise<EndedInPlace> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-probe-"));
	const [executorFolder, ownFolder] = [join(folder, "executor"), join(folder, "own")];
	try {
		for (const each of [executorFolder, ownFolder]) await mkdir(each);
		await writeFile(join(executorFolder, "config.capnp"), "executor");
		for (const [name, content] of Object.entries(files)) await writeFile(join(ownFolder, name), content);
		await chmod(ownFolder, 0o500);
		if (user !== undefined) {
			await chmod(folder, 0o755);
			await chown(ownFolder, user, user);
		}
		const { file, args } = withRlimits(enclosure.commandLine({ workerd: program, executorFolder, ownFolder }));
		const child = spawn(file, args, {
			cwd: ownFolder,
			env: {},
			stdio: ["ignore", "pipe", "pipe"],
			timeout: MOST_MS,
			killSignal: "SIGKILL",
			detached: true,
			...(user === undefined ? {} : { uid: user, gid: user }),
		});
		const [said, errors, [code, signal]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, "exit")]);
		return { code: typeof code === "number" ? code : 128 + (SIGNALS[String(signal)] ?? 0), said, errors };
	} finally {
		await chmod(ownFolder, 0o700);
		await rm(folder, { recursive: true, force: true });
	}
};
