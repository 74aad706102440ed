import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { getPriority, homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { findProgram } from "../../../supervisor/find-program.ts";
import { writeSeccompFilter } from "../../../supervisor/write-seccomp-filter.ts";
import { enclosureFor, runInPlace } from "./probe/run-in-place.ts";

/** What is on the host, or on most hosts, and must not be there inside. */
const HOST_PATHS = [
	...["/etc/passwd", "/etc/shadow", "/etc/hostname", "/etc/resolv.conf", "/root", "/home", "/tmp", "/var", "/usr", "/opt", "/mnt", "/boot"],
	...["/proc/self", "/proc/1/environ", "/proc/net/tcp", "/proc/sys/kernel/core_pattern", "/proc/keys", "/proc/kcore"],
	...["/sys/kernel", "/sys/fs/cgroup", "/dev/null", "/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/shm", "/dev/pts", "/dev/fuse", "/dev/kvm"],
	...["/bin/sh", "/usr/bin/env", "/old/etc", "/old/proc", process.cwd(), homedir(), process.execPath],
];

const Outcomes = z.record(z.string(), z.union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.number()]))]));
type Outcomes = z.infer<typeof Outcomes>;

/** Outcomes under every enclosure. */
const EVERYWHERE: Outcomes = {
	...Object.fromEntries(HOST_PATHS.map((path) => [`read ${path}`, "ENOENT"])),
	"descriptors that are files or folders": [],
	"list /dev": ["urandom"],
	"list /run": ["kept", "serve"],
	"list /executor": ["config.capnp"],
	environment: [],
	"host name": "executor",
	"own pid is small": true,
	"write a report": "none",
	"look up a name": "EAI_AGAIN",
	"ask a name server": "ECONNREFUSED",
	"connect to an abstract unix socket of the host": "ECONNREFUSED",
	"connect to another process's socket": "ENOENT",
	"connect to the container service": "ENOENT",
	"connect to the system's bus": "ENOENT",
	"listen on a unix socket of its own": "EACCES",
	"load a library of its own": "ERR_DLOPEN_FAILED",
	"raise its own priority": "ERR_SYSTEM_ERROR",
	"raise another's priority": "ERR_SYSTEM_ERROR",
	"its priority": getPriority() + LIMITS.executorNice.short,
	"open more files than it may": "EMFILE",
};

const named = (names: readonly string[], outcome: string): Outcomes => Object.fromEntries(names.map((name) => [name, outcome]));

const MAKING_IN_RUN = ["make a temporary file in /run", "make a folder in /run", "make a link in /run", "make a hard link in /run"];
const CHANGING_IN_RUN = ["rename in /run", "remove in /run"];
const WRITING_IN_RUN = ["write a byte in /run", "make an empty file in /run", "write a heap snapshot"];
const WRITING_ELSEWHERE = ["write in /", "write in /dev", "write over workerd", "write over its configuration", "write in /executor"];
const CHANGING_ELSEWHERE = ["change the mode of workerd", "change the owner of its configuration"];
const CONNECTING = [
	...["connect to the host's loopback", "connect to 0.0.0.0", "connect to the link-local address of metadata"],
	...["connect to a private address", "connect to a public address", "send a datagram to the host's loopback"],
	"send a datagram to a public address",
];
const BY_IPV6 = ["connect to the host's loopback by IPv6", "send a datagram by IPv6"];
const STARTING = [
	"start a shell",
	"start workerd again",
	"start the loader with a file of its own",
	"start a program and wait for it",
	"fork",
];
const SIGNALLING = ["signal a process of the host", "kill a process of the host", "start a debugger in another process"];

/** Under bubblewrap the filter of system calls answers first; under unshare what lies behind it, which has to hold alone there. */
const EXPECTED: Readonly<Record<"bubblewrap" | "unshare", Outcomes>> = {
	bubblewrap: {
		...named(["list /", "list above /", "list above /run"], ""),
		"list /bin": ["workerd"],
		"network interfaces": "ERR_SYSTEM_ERROR",
		"supplementary groups": "ENOSYS",
		...named([...MAKING_IN_RUN, ...CHANGING_IN_RUN, ...CHANGING_ELSEWHERE, ...SIGNALLING], "ENOSYS"),
		...named([...WRITING_IN_RUN, "write over a file in /run", ...WRITING_ELSEWHERE, ...CONNECTING, ...BY_IPV6, ...STARTING], "EPERM"),
		"listen on a port": "EPERM",
		"open a debugger's port": "none",
	},
	unshare: {
		"list /bin": ["setpriv", "workerd"],
		"network interfaces": [],
		"supplementary groups": [],
		...named([...MAKING_IN_RUN, ...CHANGING_IN_RUN, ...WRITING_IN_RUN], "EACCES"),
		"write over a file in /run": "EFBIG",
		...named([...WRITING_ELSEWHERE, ...CHANGING_ELSEWHERE], "EROFS"),
		...named(CONNECTING, "ENETUNREACH"),
		...named(BY_IPV6, "EADDRNOTAVAIL"),
		...named(SIGNALLING, "ESRCH"),
		"start a shell": "ENOENT",
		// What stays open without a filter of system calls: a network with nothing in it to listen in, and processes like itself.
		"listen on a port": "REACHED",
		"open a debugger's port": "REACHED",
		"start workerd again": "REACHED",
		"start the loader with a file of its own": "REACHED",
		"start a program and wait for it": "REACHED 0",
		fork: "REACHED",
	},
};
/** The root's folders; a library's may be called otherwise on another machine. */
const ROOT = { bubblewrap: ["bin", "dev", "executor", "run"], unshare: ["bin", "dev", "executor", "old", "proc", "run"] };
const LIBRARY_FOLDER = /^(lib|lib64|lib32|usr|nix|gnu)$/;

const LOADER = process.arch === "x64" ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux-aarch64.so.1";

describe("a native program in the executor's place", () => {
	const reached: string[] = [];
	const tcp = createServer((socket) => {
		reached.push("tcp");
		socket.destroy();
	});
	const abstractName = `cordon-probe-${process.pid}`;
	const abstract = createServer((socket) => {
		reached.push("abstract socket");
		socket.destroy();
	});
	const neighbour = createServer(() => reached.push("neighbour's socket"));
	const udp = createSocket("udp4").on("message", () => reached.push("udp"));
	const victim = spawn("/bin/sh", ["-c", "read -r line"], { stdio: ["pipe", "ignore", "ignore"] });
	let folder: string;
	let filter: string | null;
	const run = async (kind: "bubblewrap" | "unshare"): Promise<Outcomes> => {
		const enclosure = await enclosureFor(kind, [process.execPath], filter);
		if (enclosure === null) throw new Error(`Probing: ${kind} is not installed, wanted it.`);
		const address = tcp.address();
		const scene = {
			hostPaths: HOST_PATHS,
			tcpPort: address === null || typeof address === "string" ? 0 : address.port,
			udpPort: udp.address().port,
			abstractName,
			neighbourSocket: join(folder, "neighbour.sock"),
			hostPid: victim.pid,
			loader: LOADER,
		};
		const attacker = await readFile(join(import.meta.dirname, "probe/attacker.cjs"), "utf8");
		const ended = await runInPlace(enclosure, process.execPath, {
			serve: `const scene = ${JSON.stringify(scene)};\n${attacker}`,
			kept: "kept",
		});
		expect(ended.code, ended.errors).toBe(0);
		return Outcomes.parse(JSON.parse(ended.said.toString()));
	};

	beforeAll(async () => {
		folder = await mkdtemp("/tmp/cordon-probe-");
		filter = await writeSeccompFilter();
		await once(tcp.listen(0, "127.0.0.1"), "listening");
		await once(abstract.listen(`\0${abstractName}`), "listening");
		await once(neighbour.listen(join(folder, "neighbour.sock")), "listening");
		udp.bind(0, "127.0.0.1");
		await once(udp, "listening");
	});
	afterAll(async () => {
		for (const each of [tcp, abstract, neighbour]) each.close();
		udp.close();
		victim.stdin?.end();
		await rm(folder, { recursive: true, force: true });
	});

	test.for([
		["bubblewrap", findProgram("bwrap")],
		["unshare", findProgram("unshare")],
	] as const)("sees, writes, reaches and starts nothing of the host under %s", { timeout: 60_000 }, async ([kind, program], { skip }) => {
		skip(program === null, "it is not installed here");
		const { "list /": root, "list above /": above, "list above /run": aboveRun, ...outcomes } = await run(kind);
		const { "list /": _, "list above /": __, "list above /run": ___, ...expected } = { ...EVERYWHERE, ...EXPECTED[kind] };
		expect(outcomes).toEqual(expected);
		expect(
			z
				.array(z.string())
				.parse(root)
				.filter((name) => !LIBRARY_FOLDER.test(name)),
		).toEqual(ROOT[kind]);
		expect(above).toEqual(root);
		expect(aboveRun).toEqual(root);
		expect(reached).toEqual([]);
		expect(victim.exitCode ?? victim.signalCode).toBeNull();
	});

	test.skipIf(findProgram("bwrap") === null)(
		"finds the other walls where they were when the filter of system calls is gone, and only there what the filter refuses",
		async () => {
			const kept = filter;
			filter = null;
			const outcomes = await run("bubblewrap");
			filter = kept;
			for (const name of STARTING.slice(1)) expect(outcomes[name], name).toMatch(/^REACHED/);
			for (const name of CONNECTING.filter((each) => /address/.test(each))) expect(outcomes[name], name).toBe("ENETUNREACH");
			for (const name of MAKING_IN_RUN) expect(outcomes[name], name).toBe("EACCES");
			expect(reached).toEqual([]);
		},
	);
});
