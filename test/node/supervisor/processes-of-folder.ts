import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const textOf = (path: string): string => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
};

const linkOf = (path: string): string => {
	try {
		return readlinkSync(path);
	} catch {
		return "";
	}
};

const stateOf = (pid: string): string => {
	const text = textOf(`/proc/${pid}/stat`);
	return text.slice(text.lastIndexOf(")") + 2)[0] ?? "";
};

/**
 * Every living process that has to do with a folder: by its arguments, its working directory, or a mount of its own from there, which is how
 * a process in an enclosure is known, whoever its parent is by now. @param folder a name that nothing else has
 */
export const processesOfFolder = (folder: string): { pid: number; command: string }[] =>
	readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && !["", "Z", "X"].includes(stateOf(name)))
		.filter((pid) => [textOf(`/proc/${pid}/cmdline`), linkOf(`/proc/${pid}/cwd`), textOf(`/proc/${pid}/mountinfo`)].join().includes(folder))
		.map((pid) => ({ pid: Number(pid), command: textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 120) }));
