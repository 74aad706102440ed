import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import type { MigrationDatabase } from "./apply-migrations.ts";
import { findProgram } from "./find-program.ts";
import type { GateAddress } from "./gate-splice.ts";

const NAME = "cordon";

export interface ControlPlaneOptions {
	/** The Worker's bundle, from build-worker. */
	readonly script: string;
	readonly host: string;
	readonly port: number;
	readonly dataFolder: string;
	readonly runtimeFolder: string;
	readonly workerd: string;
	/** Unix socket of serve-executors. */
	readonly executorSocket: string;
	/** Text bindings of the Worker. */
	readonly bindings: Readonly<Record<string, string>>;
	/** Whether requests of programs may reach loopback; the Worker still checks host and port. */
	readonly allowLoopback: boolean;
}

/** The control plane's Worker, running. */
export interface ControlPlane {
	/** Where the public API listens. */
	readonly url: URL;
	/** Where the gate listens, on loopback. */
	readonly gate: GateAddress;
	database(): Promise<MigrationDatabase>;
	stop(): Promise<void>;
}

/**
 * Miniflare's workerd would outlive a supervisor that is killed. This stands in for it: a session of its own, so that a Ctrl-C is for the
 * supervisor alone, and death with the parent.
 */
const writeTether = async (runtimeFolder: string, workerd: string): Promise<string> => {
	const [setpriv, setsid] = [findProgram("setpriv"), findProgram("setsid")];
	if (setpriv === null || setsid === null) return workerd;
	const path = join(runtimeFolder, "control-plane-workerd");
	await writeFile(path, `#!/bin/sh\nexec "${setsid}" "${setpriv}" --pdeathsig KILL -- "${workerd}" "$@"\n`, { mode: 0o700, flag: "wx" });
	return path;
};

/** Starts the Worker with its Durable Objects, its database and its queue in the data folder. @throws Error when it does not come up. */
export const startControlPlane = async (options: ControlPlaneOptions): Promise<ControlPlane> => {
	Object.assign(process.env, { MINIFLARE_WORKERD_PATH: await writeTether(options.runtimeFolder, options.workerd) });
	const miniflare = new Miniflare(
		convertV4MiniflareOptions({
			host: "127.0.0.1",
			port: 0,
			cf: false,
			log: new Log(LogLevel.ERROR),
			telemetry: { enabled: false },
			resourcePersistencePath: join(options.dataFolder, "storage"),
			workers: [
				{
					name: NAME,
					modules: true,
					script: options.script,
					compatibilityDate: "2026-11-01",
					compatibilityFlags: ["nodejs_compat", "global_fetch_strictly_public"],
					bindings: { ...options.bindings },
					durableObjects: { AGENTS: { className: "AgentObject", useSQLite: true } },
					d1Databases: ["DB"],
					queueProducers: { RUNS: { queueName: "cordon-runs" } },
					queueConsumers: { "cordon-runs": { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 5 } },
					serviceBindings: {
						EXECUTOR_SERVICE: { external: { address: `unix:${options.executorSocket}`, http: {} } },
						EGRESS: {
							network: {
								allow: options.allowLoopback ? ["public", "127.0.0.1/32", "::1/128"] : ["public"],
								tlsOptions: { trustBrowserCas: true },
							},
						},
					},
					unsafeDirectSockets: [
						{ host: options.host, port: options.port },
						{ host: "127.0.0.1", port: 0, entrypoint: "GateSocket" },
					],
				},
			],
		}),
	);
	try {
		await miniflare.ready;
		const url = await miniflare.unsafeGetDirectURL(NAME);
		const gate = await miniflare.unsafeGetDirectURL(NAME, "GateSocket");
		return {
			url,
			gate: { host: gate.hostname, port: Number(gate.port) },
			database: () => miniflare.getD1Database("DB", NAME),
			stop: () => miniflare.dispose(),
		};
	} catch (error) {
		await miniflare.dispose();
		throw error;
	}
};
