import type { Enclosure } from "./enclosure.ts";
import { bubblewrapEnclosure } from "./enclosure-bubblewrap.ts";
import { noEnclosure } from "./enclosure-none.ts";
import { unshareEnclosure } from "./enclosure-unshare.ts";
import { ExecutorProcess, type ExecutorSettings } from "./executor-process.ts";
import { findProgram } from "./find-program.ts";
import { sharedLibraries } from "./shared-libraries.ts";
import { worksForTrivialProgram } from "./works-for-trivial-program.ts";
import { writeSeccompFilter } from "./write-seccomp-filter.ts";

/** Every enclosure that is installed, strongest first; whether each works here is another matter. */
export const installedEnclosures = async (workerd: string): Promise<readonly Enclosure[]> => {
	const [bwrap, unshare, setpriv] = ["bwrap", "unshare", "setpriv"].map(findProgram);
	const found: Enclosure[] = [];
	if (bwrap) found.push(bubblewrapEnclosure(bwrap, await sharedLibraries([workerd]), await writeSeccompFilter()));
	if (unshare && setpriv) found.push(unshareEnclosure(unshare, setpriv, await sharedLibraries([workerd, setpriv])));
	return [...found, noEnclosure(setpriv ?? null)];
};

/**
 * The strongest enclosure in which an executor process starts. Without walls only where the kernel allows none: when a walled one is installed and
 * works for a trivial program, what failed in it is the executor's own, and an open door is no answer to that (decision 0009).
 * @param kinds which may be used; `none` alone is taken at its word.
 * @throws Error when none of them is installed, or none starts an executor; it says what each one said.
 */
export const chooseEnclosure = async (
	settings: Omit<ExecutorSettings, "enclosure">,
	kinds: readonly Enclosure["kind"][] = ["bubblewrap", "unshare", "none"],
): Promise<Enclosure> => {
	const candidates = (await installedEnclosures(settings.workerd)).filter((candidate) => kinds.includes(candidate.kind));
	if (candidates.length === 0) throw new Error(`Choosing an enclosure: none of ${kinds.join(", ")} is installed, wanted one of them.`);
	const reasons: string[] = [];
	const permitted: string[] = [];
	for (const enclosure of candidates) {
		if (enclosure.kind === "none" && (kinds.length === 1 || permitted.length === 0)) return withReasons(enclosure, reasons);
		if (enclosure.kind === "none") break;
		const reason = await whyNot({ ...settings, enclosure });
		if (reason === null) return withReasons(enclosure, reasons);
		reasons.push(`${enclosure.kind}: ${reason}`);
		if (await worksForTrivialProgram(enclosure, settings.runtimeFolder)) permitted.push(enclosure.kind);
	}
	throw new Error(
		`Choosing an enclosure: no executor process starts in ${permitted.join(" or ") || kinds.join(" or ")}, wanted one that does. ${reasons.join(". ")}`,
	);
};

/** Why no executor process starts with these settings, or null when one does. It has ended by then. */
const whyNot = async (settings: ExecutorSettings): Promise<string | null> => {
	try {
		const process = await ExecutorProcess.start(settings);
		process.kill();
		await process.ended;
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
};

/** An enclosure whose warning, if it stands in a stronger one's place, says why that one is not it. */
const withReasons = (enclosure: Enclosure, reasons: readonly string[]): Enclosure =>
	reasons.length === 0
		? enclosure
		: { ...enclosure, warning: [...(enclosure.warning === null ? [] : [enclosure.warning]), ...reasons].join(" ") };
