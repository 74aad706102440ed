import type { Enclosure } from "./enclosure.ts";
import { bubblewrapEnclosure } from "./enclosure-bubblewrap.ts";
import { noEnclosure } from "./enclosure-none.ts";
import { unshareEnclosure } from "./enclosure-unshare.ts";
import { ExecutorProcess, type ExecutorSettings } from "./executor-process.ts";
import { findProgram } from "./find-program.ts";
import { sharedLibraries } from "./shared-libraries.ts";

/** Every enclosure that is installed, strongest first; whether each works here is another matter. */
const installedEnclosures = async (workerd: string): Promise<readonly Enclosure[]> => {
	const [bwrap, unshare, setpriv] = ["bwrap", "unshare", "setpriv"].map(findProgram);
	const found: Enclosure[] = [];
	if (bwrap) found.push(bubblewrapEnclosure(bwrap, await sharedLibraries([workerd])));
	if (unshare && setpriv) found.push(unshareEnclosure(unshare, setpriv, await sharedLibraries([workerd, setpriv])));
	return [...found, noEnclosure(setpriv ?? null)];
};

/**
 * The strongest enclosure that works on this machine, found by starting an executor process in each: containers often forbid one of them.
 * When none starts anything, the strongest installed one stands, so that a broken binary does not open the door.
 * @param kinds which may be used; a test names one. @throws Error when none of them is installed.
 */
export const chooseEnclosure = async (
	settings: Omit<ExecutorSettings, "enclosure">,
	kinds: readonly Enclosure["kind"][] = ["bubblewrap", "unshare", "none"],
): Promise<Enclosure> => {
	const candidates = (await installedEnclosures(settings.workerd)).filter((candidate) => kinds.includes(candidate.kind));
	const [strongest] = candidates;
	if (strongest === undefined) throw new Error(`Choosing an enclosure: none of ${kinds.join(", ")} is installed, wanted one of them.`);
	for (const enclosure of candidates) {
		try {
			const process = await ExecutorProcess.start({ ...settings, enclosure });
			process.kill();
			await process.ended;
			return enclosure;
		} catch {
			// It does not work here; the next one may.
		}
	}
	return strongest;
};
