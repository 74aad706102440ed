import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeOnce } from "./data-folder.ts";

/** Who has the data folder: a process (its pid, and when it started, since pids come again), and the folder of its sockets. */
const Lock = z.strictObject({ pid: z.int().positive(), startedTicks: z.string(), runtimeFolder: z.string() });
type Lock = z.infer<typeof Lock>;

/** The right to use a data folder; `release` gives it back. */
export interface DataLock {
	release(): Promise<void>;
}

/** When a process started, in ticks since boot, or null when there is none. */
const startOf = (pid: number): string | null => {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
	} catch {
		return null;
	}
};

const readLock = (text: string): Lock | null => {
	try {
		const parsed = Lock.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
};

/**
 * Takes the data folder for this process. A lock of a process that is dead is taken over, and what that process left of its sockets is removed.
 * @param runtimeFolder of this process, for whoever comes after a crash.
 * @throws Error naming the process when a living one has it.
 */
export const lockDataFolder = async (folder: string, runtimeFolder: string): Promise<DataLock> => {
	const path = join(folder, "lock");
	const own = JSON.stringify({ pid: process.pid, startedTicks: startOf(process.pid) ?? "", runtimeFolder } satisfies Lock);
	if (!(await writeOnce(path, own))) {
		const text = (await readIfThere(path)) ?? "";
		const holder = readLock(text);
		if (holder !== null && startOf(holder.pid) === holder.startedTicks)
			throw new Error(`Opening ${folder}: process ${holder.pid} uses it, wanted a data folder of its own for each supervisor.`);
		if (holder !== null) await removeLeftovers(holder.runtimeFolder);
		await rm(path, { force: true });
		if (!(await writeOnce(path, own))) throw new Error(`Opening ${folder}: another supervisor took it at this moment, wanted it free.`);
	}
	return {
		release: async () => {
			if ((await readIfThere(path)) === own) await rm(path, { force: true });
		},
	};
};

/** Prefix of the folders that hold a supervisor's sockets. Nothing else is ever removed on the word of a lock file. */
export const RUNTIME_PREFIX = "cordon-sockets-";

const removeLeftovers = async (runtimeFolder: string): Promise<void> => {
	if (!/\/cordon-sockets-[A-Za-z0-9]{6}$/.test(runtimeFolder)) return;
	await rm(runtimeFolder, { recursive: true, force: true });
};
