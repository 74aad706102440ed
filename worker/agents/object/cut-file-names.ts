import { LIMITS } from "../../../contract/limits.ts";
import type { Run } from "../../../contract/runs.ts";
import type { Cutter } from "../cut-outcome.ts";
import type { ObjectState } from "./object-state.ts";

/**
 * Gives files that an ended run leaves other names where secrets stand in them; one whose name cannot be changed, and all of them where secrets cannot be opened, are
 * deleted. Within the step that ends the run. A run that goes on keeps them: its program knows them by their names.
 * @returns the run with its files as they are now
 */
export const cutFileNames = (state: ObjectState, run: Run, cutter: Cutter): Run => {
	if (cutter === "nothing" || run.endedAtMs === null) return run;
	const files = state.files(run.id, "output");
	for (const { path } of files.outputs()) {
		const clean = cutter === "all" ? null : cutter.text(path);
		if (clean === path) continue;
		const free = clean === null ? null : freePath(clean, (other) => files.stat(other) !== null || files.list(`${other}/`).length > 0);
		if (free === null) files.delete(path);
		else files.move(path, free);
	}
	return { ...run, files: files.outputs() };
};

/** A path that nothing is at: the given one, or one with a number behind it. */
const freePath = (path: string, isTaken: (path: string) => boolean): string | null => {
	for (let number = 1; number <= LIMITS.filesPerRun; number += 1) {
		const free = number === 1 ? path : `${path}-${number}`;
		if (free.length <= LIMITS.pathChars && !isTaken(free)) return free;
	}
	return null;
};
