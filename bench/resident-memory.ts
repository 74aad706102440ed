import { readdirSync, readFileSync } from "node:fs";

const PAGE_BYTES = 4096;

/** Resident memory of a process and all that descends from it, MiB. @param root its pid; left out: this process */
export const residentTreeMb = (root: number = process.pid): number => {
	const parents = new Map<number, number>();
	for (const name of readdirSync("/proc")) {
		if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
	}
	const inTree = (pid: number): boolean => {
		for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === root) return true;
		return false;
	};
	return [...parents.keys()].filter(inTree).reduce((sum, pid) => sum + residentMb(pid), 0);
};

const read = (path: string): string => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return ""; // The process is gone.
	}
};

const parentOf = (pid: number): number => {
	const stat = read(`/proc/${pid}/stat`);
	return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
};

/** Resident memory of one process, MiB; 0 when it is gone. */
export const residentMb = (pid: number): number => (Number(read(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * PAGE_BYTES) / 1024 / 1024;
