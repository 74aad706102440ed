import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Enclosure } from "../../../supervisor/enclosure.ts";
import { findProgram } from "../../../supervisor/find-program.ts";
import { encodeProgram, answer, skipWhenEqual } from "../../../supervisor/seccomp-program.ts";
import { seccompFilter } from "../../../supervisor/seccomp-filter.ts";
import { writeSeccompFilter } from "../../../supervisor/write-seccomp-filter.ts";
import { type EndedInPlace, enclosureFor, runInPlace } from "./probe/run-in-place.ts";
import { type CallArgument, errnosOf, tinyProgram, zeroTerminated } from "./probe/tiny-program.ts";

/** A try: a name, the call's number on x86_64, and its arguments where they matter. */
type Try = readonly [name: string, number: number, args?: readonly CallArgument[]];

const [SIGSYS, EPERM, ENOSYS] = [128 + 31, 1, 38];
const [NEW_USER, NEW_MOUNTS, SIGCHLD, THREAD, VM, VFORK] = [0x1000_0000, 0x2_0000, 17, 0x1_0000, 0x100, 0x4000];
const NOBODY = 65_534;
const path = zeroTerminated;
/** A `struct iovec` of the first eight bytes of the tiny program itself. */
const EIGHT_BYTES = new Uint8Array(new BigUint64Array([0x40_0000n, 8n]).buffer);

const KILLED: readonly Try[] = [
	["trace another process", 101, [16, 1, 0, 0]],
	["let itself be traced", 101, [0, 0, 0, 0]],
	["read another process's memory", 310],
	["write another process's memory", 311],
	["advise on another process's memory", 440],
	["release another process's memory", 448],
	["compare two processes", 312],
	["hold a process", 434, [1, 0]],
	["take another process's descriptor", 438],
	["signal a held process", 424],
	["fork", 57],
	["vfork", 58],
	["start a program by its descriptor", 322, [0, path(""), 0, 0, 0x1000]],
	["make a file in memory", 319, [path("x"), 0]],
	["make secret memory", 447, [0]],
	["make a user namespace", 272, [NEW_USER]],
	["make a mount namespace", 272, [NEW_MOUNTS]],
	["enter a namespace", 308, [0, 0]],
	["change its personality", 135, [0]],
	["add a filter", 317, [0, 0, 0]],
	["restrict itself with landlock", 444],
	["mount", 165, [path("x"), path("/run"), path("tmpfs"), 0, 0]],
	["unmount", 166, [path("/executor"), 2]],
	["turn to another root", 155, [path("/"), path("/run")]],
	["change its root", 161, [path("/run")]],
	["move a mount", 429],
	["open a tree", 428],
	["open a file system", 430],
	["configure a file system", 431],
	["mount a file system", 432],
	["pick a file system", 433],
	["change a mount", 442],
	["open by handle", 304],
	["get a handle", 303],
	["make a device", 133, [path("/run/x"), 0o20666, 0x101]],
	["make a device at", 259, [-100, path("/run/x"), 0o20666, 0x101]],
	["set quotas", 179],
	["set quotas by descriptor", 443],
	["watch all files", 300],
	["load a BPF program", 321],
	["count performance events", 298],
	["serve its own page faults", 323, [0]],
	["add a key", 248, [path("user"), path("x"), path("y"), 1, -3]],
	["ask for a key", 249],
	["use a keyring", 250, [0, -3, 0]],
	["load a kernel", 246],
	["load a kernel from a file", 320],
	["load a module", 175],
	["load a module from a file", 313],
	["remove a module", 176],
	["restart the machine", 169, [0xfee1_dead, 672_274_793, 0x89ab_cdef]],
	["swap on", 167],
	["swap off", 168],
	["account processes", 163],
	["read the kernel's log", 103, [3, 0, 0]],
	["raise its port privileges", 172, [3]],
	["use a port", 173],
	["change the local descriptor table", 154],
	["become root", 105, [0]],
	["become root's group", 106, [0]],
	["become root in part", 117, [0, 0, 0]],
	["become root's file owner", 122, [0]],
	["join groups", 116, [0, 0]],
	["take capabilities", 126],
	["rename the machine", 170, [path("x"), 1]],
	["rename the domain", 171, [path("x"), 1]],
	["set the clock", 164],
	["set a clock", 227],
	["steer the clock", 159],
	["steer a clock", 305],
	["hang up the terminal", 153],
	["look up cookies", 212],
	["move pages", 279],
	["migrate pages", 256],
];

const REFUSED: readonly Try[] = [
	["make a process", 56, [SIGCHLD, 0, 0, 0, 0]],
	["make a process that shares memory", 56, [VM | VFORK | SIGCHLD, 0, 0, 0, 0]],
	["make a thread that is a process of its own", 56, [VM | THREAD, 0, 0, 0, 0]],
	["make a process in new namespaces", 56, [NEW_USER | SIGCHLD, 0, 0, 0, 0]],
	["make an internet socket", 41, [2, 1, 0]],
	["make an IPv6 socket", 41, [10, 1, 0]],
	["make a raw socket", 41, [2, 3, 1]],
	["make a packet socket", 41, [17, 3, 0]],
	["make a netlink socket", 41, [16, 3, 0]],
	["make a socket to the host", 41, [40, 1, 0]],
	["make a socket of the kernel's ciphers", 41, [38, 5, 0]],
	["make a unix datagram socket", 41, [1, 2, 0]],
	["make a pair of internet sockets", 53, [2, 1, 0, 0]],
	["open a file to write", 257, [-100, path("/dev/urandom"), 1, 0]],
	["open a file to read and write", 257, [-100, path("/dev/urandom"), 2, 0]],
	["open a file to make it", 257, [-100, path("/run/x"), 0o100, 0o600]],
	["open a file to make it, the old way", 2, [path("/run/x"), 0o100, 0o600]],
	["open a file without a name", 257, [-100, path("/run"), 0o20_200_002, 0o600]],
	["push a character to a terminal", 16, [1, 0x5412, path("x")]],
	["become the terminal's owner", 16, [1, 0x540e, 0]],
	["ask for a network interface", 16, [1, 0x8912, 0]],
	["take a lease of a file", 72, [1, 1024, 0]],
	["grow a pipe", 72, [1, 1031, 1 << 20]],
	["keep capabilities", 157, [8, 1, 0, 0, 0]],
	["undo its death with its parent", 157, [1, 0, 0, 0, 0]],
	["let itself be traced by all", 157, [0x5961_6d61, -1, 0, 0, 0]],
	["change what it is dumped as", 157, [4, 1, 0, 0, 0]],
	["set a limit of its own", 302, [0, 7, new Uint8Array(16), 0]],
	["read a limit of another process", 302, [1, 7, 0, new Uint8Array(16)]],
];

const NOT_THERE: readonly Try[] = [
	["make a thread by clone3", 435],
	["set up a ring of calls", 425],
	["enter a ring of calls", 426],
	["register a ring of calls", 427],
	["send a descriptor", 46],
	["receive a descriptor", 47],
	["send a signal", 62, [1, 0]],
	["queue a signal", 129],
	["make a folder", 83, [path("/run/x"), 0o700]],
	["make a symbolic link", 88, [path("/"), path("/run/x")]],
	["make a hard link", 86, [path("/run/x"), path("/run/y")]],
	["rename", 82, [path("/run/x"), path("/run/y")]],
	["remove", 87, [path("/run/x")]],
	["change a mode", 90, [path("/run"), 0o700]],
	["change a mode at", 268, [-100, path("/run"), 0o700]],
	["change an owner", 92, [path("/run"), 0, 0]],
	["cut a file", 76, [path("/run/x"), 0]],
	["open by rules", 437],
	["make shared memory", 29, [0, 4096, 0o1600]],
	["make semaphores", 64, [0, 1, 0o1600]],
	["make a message queue", 68, [0, 0o1600]],
	["make a named message queue", 240],
	["watch a folder", 253],
	["wait for signals by descriptor", 289],
	["change its priority", 141, [0, 0, -20]],
	["choose its processors", 203],
	["choose its scheduler", 144],
	["become a session", 112],
	["lock memory", 149],
	["copy between files", 326],
	["splice", 275],
	["set an extended attribute", 188],
	["a call that no kernel has", 999],
];

const DONE: readonly Try[] = [
	["ask for its process", 39],
	["write to its output", 1, [1, path("x"), 1]],
	["make a unix stream socket", 41, [1, 1, 0]],
	["read a limit of its own", 302, [0, 7, 0, new Uint8Array(16)]],
	["open a file to read", 257, [-100, path("/executor/config.capnp"), 0, 0]],
	["map memory that is run", 9, [0, 4096, 7, 0x22, -1, 0]],
];

/** Under unshare nothing but the namespaces and the lack of capabilities refuses; these are refused all the same. */
const REFUSED_BY_NAMESPACES: readonly Try[] = [
	...KILLED.filter(([name]) =>
		/^(mount|unmount|turn to|change its root|open a tree|open a file system|make a (device|mount namespace|user namespace)|load |remove a module|restart|swap|account|read the kernel|raise its port|use a port|rename|set (a|the) clock|hang up|watch all)/.test(
			name,
		),
	),
	["read a process of the host", 310, [2, EIGHT_BYTES, 1, EIGHT_BYTES, 1, 0]],
	["trace a process of the host", 101, [16, 2, 0, 0]],
	["make a raw socket", 41, [2, 3, 1]],
	["make a packet socket", 41, [17, 3, 0]],
];

describe.skipIf(process.arch !== "x64")("a system call of a native program in the executor's place", { timeout: 60_000 }, () => {
	let folder: string;
	let filter: string | null;
	let made = 0;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "cordon-call-"));
		filter = await writeSeccompFilter();
	});
	afterAll(async () => {
		await rm(folder, { recursive: true, force: true });
	});

	/** Runs a program that makes these calls one after the other. */
	const run = async (
		tries: readonly Try[],
		enclosure: Enclosure | null,
		gate: "x86_64" | "i386" = "x86_64",
		user?: number,
	): Promise<EndedInPlace> => {
		if (enclosure === null) throw new Error("Probing: the enclosure is not installed, wanted it.");
		made += 1;
		const program = join(folder, `program-${made}`);
		const calls = tries.map(([, number, args]) => ({ number, args: args ?? [] }));
		await writeFile(program, tinyProgram(calls, gate), { mode: 0o755 });
		return runInPlace(enclosure, program, {}, user);
	};
	/** What each call gave in one program, errno or 0, by its name. */
	const errnos = async (tries: readonly Try[], enclosure: Enclosure | null): Promise<Record<string, number>> => {
		const { code, said, errors } = await run(tries, enclosure);
		expect(code, errors).toBe(0);
		const given = errnosOf(said);
		return Object.fromEntries(tries.map(([name], index) => [name, given[index] ?? Number.NaN]));
	};
	const all = (tries: readonly Try[], code: number): Record<string, number> => Object.fromEntries(tries.map(([name]) => [name, code]));

	describe.skipIf(findProgram("bwrap") === null)("under bubblewrap", () => {
		const enclosed = (path: string | null): Promise<Enclosure | null> => enclosureFor("bubblewrap", [], path);

		test("ends the process when nobody honest asks for it", async () => {
			const enclosure = await enclosed(filter);
			const waiting = [...KILLED];
			const ended: Record<string, number> = {};
			const work = async (): Promise<void> => {
				for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) ended[next[0]] = (await run([next], enclosure)).code;
			};
			await Promise.all([work(), work()]);
			expect(ended).toEqual(all(KILLED, SIGSYS));
		});

		test("is refused for the arguments that workerd does not need", async () => {
			expect(await errnos(REFUSED, await enclosed(filter))).toEqual(all(REFUSED, EPERM));
		});

		test("is not there when workerd does not need it", async () => {
			expect(await errnos(NOT_THERE, await enclosed(filter))).toEqual(all(NOT_THERE, ENOSYS));
		});

		test("is done when workerd needs it", async () => {
			expect(await errnos(DONE, await enclosed(filter))).toEqual(all(DONE, 0));
		});

		test("ends the process when it is one of another architecture", async () => {
			expect(await run([["i386's getpid", 20]], await enclosed(filter), "i386")).toMatchObject({ code: SIGSYS });
			expect(await run([["x32's getpid", 0x4000_0027]], await enclosed(filter))).toMatchObject({ code: SIGSYS });
		});

		test("is let through by a filter with a hole in it, and the probe sees that", async () => {
			// Behind the checks of the architecture, six instructions: ptrace is allowed.
			const whole = seccompFilter() ?? new Uint8Array();
			const hole = encodeProgram([skipWhenEqual(101, 0, 1), answer(0x7fff_0000)]);
			const holed = join(folder, "holed.bpf");
			await writeFile(holed, Buffer.concat([whole.subarray(0, 48), hole, whole.subarray(48)]));
			const tried: readonly Try[] = [["let itself be traced", 101, [0, 0, 0, 0]]];
			expect(await errnos(tried, await enclosed(holed))).toEqual(all(tried, 0));
		});

		test("is not made at all when the filter's file is gone", async () => {
			const { code, errors } = await run([["ask for its process", 39]], await enclosed(join(folder, "none.bpf")));
			expect({ code, errors }).toMatchObject({ code: 2, errors: expect.stringContaining("none.bpf") });
		});
	});

	test.skipIf(findProgram("unshare") === null)("is refused under unshare when it needs a capability or another process", async () => {
		const ended = await errnos(REFUSED_BY_NAMESPACES, await enclosureFor("unshare", [], null));
		for (const [name, code] of Object.entries(ended)) expect(code, name).toBeGreaterThan(0);
	});

	test.skipIf(process.getuid?.() !== 0).for([
		["bubblewrap", findProgram("bwrap")],
		["unshare", findProgram("unshare")],
	] as const)("is done under %s for a supervisor that is not root as well", async ([kind, installed], { skip }) => {
		skip(installed === null, "it is not installed here");
		await chmod(folder, 0o755);
		// The repository may lie where only its owner can look.
		const readable = filter === null ? null : join(folder, "readable.bpf");
		if (filter !== null && readable !== null) await copyFile(filter, readable);
		const { code, errors } = await run(DONE.slice(0, 1), await enclosureFor(kind, [], readable), "x86_64", NOBODY);
		expect({ code, errors }).toEqual({ code: 0, errors: "" });
	});
});
