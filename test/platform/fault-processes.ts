import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** A process that was seen: its pid, and when it started, since pids come again. */
export interface SeenProcess {
	readonly pid: number;
	readonly startedTicks: string;
	readonly commandLine: string;
}

/** Fields of /proc/PID/stat behind the name: [0] state, [1] parent, [19] start. Null when there is no such process, or only its husk. */
const statOf = (pid: number): string[] | null => {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
		return fields[0] === "Z" || fields[0] === "X" ? null : fields;
	} catch {
		return null;
	}
};

const commandLineOf = (pid: number): string => {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
	} catch {
		return "";
	}
};

const see = (pid: number): SeenProcess | null => {
	const startedTicks = statOf(pid)?.[19];
	return startedTicks === undefined ? null : { pid, startedTicks, commandLine: commandLineOf(pid) };
};

const allPids = (): number[] => readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** A process and everything that it started, directly or not. @throws Error for 0, whose family is all of the machine */
export const familyOf = (root: number): SeenProcess[] => {
	if (root < 1) throw new Error(`Looking for a process and what it started: found pid ${root}, wanted a process that was started`);
	const children = new Map<number, number[]>();
	for (const pid of allPids()) {
		const parent = Number(statOf(pid)?.[1] ?? -1);
		children.set(parent, [...(children.get(parent) ?? []), pid]);
	}
	const family: SeenProcess[] = [];
	const waiting = [root];
	for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
		const seen = see(pid);
		if (seen !== null) family.push(seen);
		waiting.push(...(children.get(pid) ?? []));
	}
	return family;
};

/** The workerd of each executor process in a supervisor's family; the control plane's is not among them. */
export const executorsIn = (root: number): SeenProcess[] =>
	familyOf(root).filter(({ commandLine }) => /^\S*workerd serve \S*config\.capnp/.test(commandLine));

/** The control plane's workerd in a supervisor's family; undefined when none is there. */
export const controlPlaneIn = (root: number): SeenProcess | undefined =>
	familyOf(root).find(({ commandLine }) => /^\S*workerd serve --binary/.test(commandLine));

export const isAlive = ({ pid, startedTicks }: SeenProcess): boolean => statOf(pid)?.[19] === startedTicks;

/** Living processes other than this one whose command line names a path. */
export const processesThatName = (path: string): SeenProcess[] =>
	allPids().flatMap((pid) => {
		const seen = pid === process.pid || !commandLineOf(pid).includes(path) ? null : see(pid);
		return seen === null ? [] : [seen];
	});

/** Ends one process at once. Nothing happens when it is gone. */
export const killNow = ({ pid }: { readonly pid: number }): void => {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It was gone already, which is what was wanted.
	}
};

/** Looks again and again until something holds. @throws Error with the last finding when it does not within the time. */
export const until = async <Found>(what: string, withinMs: number, look: () => Promise<Found | null> | Found | null): Promise<Found> => {
	const deadlineMs = performance.now() + withinMs;
	for (;;) {
		const found = await look();
		if (found !== null) return found;
		if (performance.now() > deadlineMs) throw new Error(`Waiting: ${what} did not come true within ${withinMs} ms`);
		await setTimeout(20);
	}
};

/** Resolves when none of the processes that are looked for is left. @throws Error naming those that live on. */
const noneLeft = async (left: () => readonly SeenProcess[]): Promise<void> => {
	await until("the end of every process", 30_000, () => (left().length === 0 ? true : null)).catch(() => {
		throw new Error(
			`Ending a platform: ${left()
				.map(({ pid, commandLine }) => `${pid} ${commandLine.slice(0, 100)}`)
				.join("; ")} live on`,
		);
	});
};

/** Resolves when every one of the processes has ended. @throws Error naming those that live on. */
export const allGone = (processes: readonly SeenProcess[]): Promise<void> => noneLeft(() => processes.filter(isAlive));

/** Resolves when no living process other than this one names a path in its command line. @throws Error naming those that do. */
export const nobodyNames = (path: string): Promise<void> => noneLeft(() => processesThatName(path));
