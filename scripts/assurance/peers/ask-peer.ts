import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { z } from "zod";
import { residentTreeMb } from "../../../bench/resident-memory.ts";
import { familyOf, killNow } from "../../../test/platform/fault-processes.ts";
import { HONEST, HONEST_RESULT, type Probe } from "./probes.ts";

/** How long a host has until it must have answered, milliseconds: three times what the slowest honest peer needs. */
const PATIENCE_MS = 25_000;
/** What a host with all that it started may hold more than before the program, MiB: far above any limit that was given. */
const MOST_MB = 1_200;
const CANARY = "CORDON_PEER_CANARY";

const Report = z.object({ kind: z.enum(["returned", "stopped", "host_lost"]), text: z.string(), isPolluted: z.boolean(), why: z.string() });

export type Outcome = "held" | "not_held" | "not_applicable";
export interface PeerAnswer {
	readonly outcome: Outcome;
	readonly why: string;
}

/** Asks a peer one thing. @throws Error when the peer does not even run an honest program */
export const askPeer = async (peer: string, probe: Probe): Promise<PeerAnswer> => {
	const { told, connections } = await runOnPeer(peer, probe);
	return judge(probe, told, connections);
};

/** @throws Error when the peer does not run an honest program: what it says to others would mean nothing */
export const checkPeer = async (peer: string): Promise<void> => {
	const { told } = await runOnPeer(peer, HONEST);
	if (told.kind === "reported" && told.report.text === HONEST_RESULT) return;
	throw new Error(`Trying ${peer}: found ${JSON.stringify(told)} for an honest program, wanted ${HONEST_RESULT}`);
};

/** Runs a program on a peer, in a process of its own. */
const runOnPeer = async (peer: string, probe: Probe): Promise<{ told: Told; connections: number }> => {
	let connections = 0;
	const listener = createServer((socket) => {
		connections += 1;
		socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
	});
	const port = await new Promise<number>((resolve) => {
		listener.listen(0, "127.0.0.1", () => {
			const address = listener.address();
			resolve(typeof address === "object" && address !== null ? address.port : 0);
		});
	});
	const host = fork(join(import.meta.dirname, "host.ts"), [peer], {
		env: { ...process.env, [CANARY]: "canary" },
		detached: true,
		stdio: ["ignore", "ignore", "ignore", "ipc"],
	});
	try {
		const body = probe.body.replaceAll("CANARY", CANARY).replaceAll("PORT", String(port));
		const told = await tellAndWait(host, { body });
		return { told, connections };
	} finally {
		endAll(host);
		listener.close();
	}
};

type Told = { readonly kind: "reported"; readonly report: z.infer<typeof Report> } | { readonly kind: "died" | "hung" | "swollen" };

const notHeld = (why: string): PeerAnswer => ({ outcome: "not_held", why });

const judge = (probe: Probe, told: Told, connections: number): PeerAnswer => {
	switch (told.kind) {
		case "died":
			return notHeld("its host died");
		case "hung":
			return notHeld("its host answers nobody any more");
		case "swollen":
			return notHeld("its memory passed every bound");
		case "reported":
			return judgeReport(probe, told.report, connections);
	}
};

const judgeReport = (probe: Probe, { kind, text, isPolluted, why }: z.infer<typeof Report>, connections: number): PeerAnswer => {
	if (kind === "host_lost") return notHeld("its host answers nobody any more");
	if (isPolluted) return notHeld("a prototype of the host was changed");
	if (connections > 0 || text.includes("ESCAPED")) return notHeld("it got there");
	if (text.includes("NOT_APPLICABLE")) return { outcome: "not_applicable", why: "" };
	if (probe.kind === "stops" && kind === "returned") return notHeld("it was not stopped");
	return { outcome: "held", why };
};

const tellAndWait = (host: ChildProcess, order: object): Promise<Told> =>
	new Promise((resolve, reject) => {
		let baseMb = 0;
		let patience: NodeJS.Timeout | undefined;
		const watch = setInterval(() => {
			if (baseMb > 0 && residentTreeMb(host.pid ?? 0) - baseMb > MOST_MB) end({ kind: "swollen" });
		}, 50);
		const end = (told: Told): void => {
			clearTimeout(patience);
			clearInterval(watch);
			resolve(told);
		};
		host.on("message", (message) => {
			if (message === "ready") {
				baseMb = residentTreeMb(host.pid ?? 0);
				patience = setTimeout(() => end({ kind: "hung" }), PATIENCE_MS);
				host.send(order);
			} else end({ kind: "reported", report: Report.parse(message) });
		});
		host.on("exit", (code) => {
			if (baseMb === 0) reject(new Error(`Starting a peer: its host ended with ${code} before it had a program, wanted it to start`));
			end({ kind: "died" });
		});
	});

const endAll = ({ pid }: ChildProcess): void => {
	if (pid === undefined) return;
	for (const each of familyOf(pid).toReversed()) killNow(each);
};
