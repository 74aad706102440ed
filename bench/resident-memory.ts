import { readFileSync } from "node:fs";
import { familyOf } from "../test/platform/fault-processes.ts";

const PAGE_BYTES = 4096;

/** Resident memory of a process and all that descends from it, MiB. @param root its pid; left out: this process */
export const residentTreeMb = (root: number = process.pid): number => familyOf(root).reduce((sum, { pid }) => sum + residentMb(pid), 0);

const statmOf = (pid: number): string => {
	try {
		return readFileSync(`/proc/${pid}/statm`, "utf8");
	} catch {
		return ""; // The process is gone.
	}
};

/** Resident memory of one process, MiB; 0 when it is gone. */
export const residentMb = (pid: number): number => (Number(statmOf(pid).split(" ")[1] ?? 0) * PAGE_BYTES) / 1024 / 1024;
