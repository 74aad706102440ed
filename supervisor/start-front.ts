import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { LIMITS } from "../contract/limits.ts";
import { cannotListen } from "./assert-port-free.ts";
import type { Upstream } from "./front/front-connection.ts";
import { type FrontOrders, FrontWord } from "./front/front-protocol.ts";
import { openFilesLimit } from "./front/open-files.ts";
import { repositoryRoot } from "./repository-root.ts";

/** The public listener, in a process of its own. */
export interface FrontProcess {
	readonly port: number;
	/** Ends it with every connection. Repeatable. */
	stop(): Promise<void>;
}

/** A fraction of what it holds at its bounds would do. */
const HEAP_MB = 512;

/**
 * Starts the front before the Worker's server. When its process dies, another listens in its place, with the connections lost.
 * @param port 0 for any free one. @throws Error when it cannot listen
 */
export const startFront = async (host: string, port: number, upstream: Upstream): Promise<FrontProcess> => {
	const orders = { host, upstream, ...boundsFor(openFilesLimit()) };
	let isStopped = false;
	const first = await launch({ ...orders, port });
	let { child } = first;
	const keepUp = (): void => {
		child.once("exit", () => {
			if (isStopped) return;
			console.error("The front's process ended; starting another.");
			setTimeout(again, LIMITS.frontRestartMs);
		});
	};
	const again = (): void => {
		if (isStopped) return;
		launch({ ...orders, port: first.port }).then(
			(next) => {
				child = next.child;
				if (isStopped) child.kill("SIGKILL");
				else keepUp();
			},
			(error: unknown) => {
				console.error(String(error));
				setTimeout(again, LIMITS.frontRestartMs * 10);
			},
		);
	};
	keepUp();
	return {
		port: first.port,
		stop: async () => {
			isStopped = true;
			if (child.exitCode !== null || child.signalCode !== null) return;
			const exited = once(child, "exit");
			child.kill("SIGKILL");
			await exited;
		},
	};
};

/** What lets the Worker's server have a descriptor left always: it ends when it has none for a connection that has come. */
const boundsFor = (openFiles: number): Omit<FrontOrders, "host" | "port" | "upstream"> => {
	const fitting = Math.floor((openFiles - LIMITS.frontDescriptorsKept) / LIMITS.frontDescriptorsEach);
	const connections = Math.max(1, Math.min(LIMITS.frontConnections, fitting));
	return {
		connections,
		perClient: Math.min(LIMITS.frontConnectionsPerAddress, Math.ceil(connections / 2)),
		headMs: LIMITS.frontHeadMs,
	};
};

const launch = async (orders: FrontOrders): Promise<{ child: ChildProcess; port: number }> => {
	const child = fork(join(repositoryRoot, "supervisor/front/front-main.ts"), [JSON.stringify(orders)], {
		execArgv: [`--max-old-space-size=${HEAP_MB}`],
		// Nothing of the supervisor's own: it may hold secrets.
		env: {},
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const ended = once(child, "exit").then(([code]) => FrontWord.parse({ kind: "failed", why: `its process ended with ${code}` }));
	const word = await Promise.race([once(child, "message").then(([message]) => FrontWord.parse(message)), ended]);
	if (word.kind === "listening") return { child, port: word.port };
	child.kill("SIGKILL");
	throw cannotListen(orders.host, orders.port, word.why);
};
