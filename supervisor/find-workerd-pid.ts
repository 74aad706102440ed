import { readdirSync, readFileSync } from "node:fs";

/** Deepest chain of wrappers that is followed: limits, enclosure, its first process, workerd. */
const DEPTH = 8;

const childrenOf = (pid: number): number[] =>
	readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
		readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
			.split(" ")
			.filter((text) => text !== "")
			.map(Number),
	);

/**
 * The pid, as seen from outside, of the workerd that a wrapper started: itself or a descendant. The wrappers have one child each.
 * Null when there is none (any more).
 */
export const findWorkerdPid = (wrapperPid: number): number | null => {
	let pid = wrapperPid;
	for (let depth = 0; depth < DEPTH; depth += 1) {
		try {
			if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "workerd") return pid;
			const [child] = childrenOf(pid);
			if (child === undefined) return null;
			pid = child;
		} catch {
			return null;
		}
	}
	return null;
};
