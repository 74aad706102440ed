import { readdir, readFile, readlink } from "node:fs/promises";
import { familyOf } from "../platform/fault-processes.ts";

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
	if (ports.size === 0) return [];
	const inodes = await Promise.all(familyOf(process.pid).map(({ pid }) => socketsOf(pid)));
	return [...new Set(inodes.flat().flatMap((inode) => ports.get(inode) ?? []))];
};

const socketsOf = async (pid: number): Promise<string[]> => {
	const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
	const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
	return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
};
