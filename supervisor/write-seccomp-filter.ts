import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "./repository-root.ts";
import { seccompFilter } from "./seccomp-filter.ts";
import { writeAtOnce } from "./write-at-once.ts";

const FOLDER = join(repositoryRoot, ".build/seccomp");

/**
 * Writes this machine's filter of system calls where bubblewrap reads it at each start. The file is named by its digest: a supervisor that runs keeps the filter
 * that it began with, whatever another one writes. Null when the architecture has none. @returns the absolute path
 */
export const writeSeccompFilter = async (): Promise<string | null> => {
	const filter = seccompFilter();
	if (filter === null) return null;
	const file = `${createHash("sha256").update(filter).digest("hex").slice(0, 16)}.bpf`;
	await mkdir(FOLDER, { recursive: true });
	await writeAtOnce(FOLDER, file, filter);
	return join(FOLDER, file);
};
