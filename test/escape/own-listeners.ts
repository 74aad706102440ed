import { readdir, readFile, readlink } from "node:fs/promises";

/** TCP's state LISTEN in /proc/net/tcp. */
const LISTENING = "0A";

/** Ports of TCP on which this process and all that it has started listen; empty where there is no /proc to tell. */
export const ownListeners = async (): Promise<number[]> => {
	const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")));
	const ports = new Map<string, number>();
	for (const line of tables.join("\n").split("\n")) {
		const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
		if (state === LISTENING) ports.set(inode, Number.parseInt(local.split(":").at(-1) ?? "", 16));
	}
	const inodes = await Promise.all([...(await ownProcesses())].map(socketsOf));
	return [...new Set(inodes.flat().flatMap((inode) => ports.get(inode) ?? []))];
};

const ownProcesses = async (): Promise<Set<number>> => {
	const parents = new Map<number, number>();
	for (const name of await readdir("/proc").catch(() => [])) {
		if (!/^\d+$/.test(name)) continue;
		// The program's name stands in parentheses and may hold any of them: the parent is the second field behind the last.
		const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
		parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
	}
	const own = new Set([process.pid]);
	for (let before = 0; before !== own.size; ) {
		before = own.size;
		for (const [pid, parent] of parents) if (own.has(parent)) own.add(pid);
	}
	return own;
};

const socketsOf = async (pid: number): Promise<string[]> => {
	const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
	const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
	return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
};
