import { readFileSync } from "node:fs";

/** What is assumed where the system does not say. */
const ASSUMED = 1_024;

/** How many descriptors a process that is started from here may open. Node has raised its own limit to the hard one, and children have it too. */
export const openFilesLimit = (): number => {
	try {
		const line = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
		return line === null ? ASSUMED : Number(line[1]);
	} catch {
		return ASSUMED;
	}
};
