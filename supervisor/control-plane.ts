import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import type { MigrationDatabase } from "./apply-migrations.ts";
import { DEVELOPMENT_NETWORK, PUBLIC_NETWORK } from "./egress-networks.ts";
import { findProgram } from "./find-program.ts";
import type { GateAddress } from "./gate-splice.ts";
import type { Stores } from "./read-stores.ts";
import { type FrontProcess, startFront } from "./start-front.ts";

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
	/** Whether there is a network for hosts on loopback; the Worker says which host and port may go there. */
	readonly allowLoopback: boolean;
	/** Databases of tenants' stores. */
	readonly stores: Stores;
}

/** The control plane's Worker, running. */
export interface ControlPlane {
	/** Where the Worker listens, on loopback, for the supervisor alone. */
	readonly inner: URL;
	/** Where the gate listens, on loopback. */
	readonly gate: GateAddress;
	database(): Promise<MigrationDatabase>;
	/** Lets the public in, once. @returns where the public API listens @throws Error when it cannot listen there */
	open(): Promise<URL>;
	stop(): Promise<void>;
}

/** Variables that say where the certificates are that TLS trusts, where they are not in the usual place. */
const CERTIFICATE_VARIABLES = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/**
 * Miniflare's workerd would outlive a supervisor that is killed, and has the supervisor's environment with whatever secrets are in it. This stands
 * in for it: a session of its own, so that a Ctrl-C is for the supervisor alone, death with the parent, and an environment of next to nothing.
 */
const writeTether = async (runtimeFolder: string, workerd: string): Promise<string> => {
	const [env, setpriv, setsid] = [findProgram("env"), findProgram("setpriv"), findProgram("setsid")];
	if (env === null) return workerd;
	const kept = CERTIFICATE_VARIABLES.map((name) => `\${${name}:+"${name}=$${name}"}`).join(" ");
	const tied = setpriv === null || setsid === null ? "" : `"${setsid}" "${setpriv}" --pdeathsig KILL -- `;
	const path = join(runtimeFolder, "control-plane-workerd");
	await writeFile(path, `#!/bin/sh\nexec "${env}" -i TZ=UTC ${kept} ${tied}"${workerd}" "$@"\n`, { mode: 0o700, flag: "wx" });
	return path;
};

/**
 * Makes a Miniflare whose temporary folder is in the runtime folder: closed to other users, and gone with it after a crash. It asks for the
 * system's folder while it is made, and has no option for another.
 */
const makeMiniflare = (runtimeFolder: string, options: ConstructorParameters<typeof Miniflare>[0]): Miniflare => {
	const { TMPDIR } = process.env;
	Object.assign(process.env, { TMPDIR: runtimeFolder });
	try {
		return new Miniflare(options);
	} finally {
		if (TMPDIR === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
		else Object.assign(process.env, { TMPDIR });
	}
};

/** Where a client on this machine finds the listener: one that listens everywhere is on loopback too. */
const publicUrl = (host: string, port: number): URL => {
	const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
	return new URL(`http://${name}:${port}`);
};

/** Starts the Worker with its Durable Objects, its database and its queue in the data folder. @throws Error when it does not come up. */
export const startControlPlane = async (options: ControlPlaneOptions): Promise<ControlPlane> => {
	Object.assign(process.env, { MINIFLARE_WORKERD_PATH: await writeTether(options.runtimeFolder, options.workerd) });
	const miniflare = makeMiniflare(
		options.runtimeFolder,
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
					durableObjects: {
						AGENTS: { className: "AgentObject", useSQLite: true },
						TENANTS: { className: "TenantObject", useSQLite: true },
						ENDPOINTS: { className: "EndpointObject", useSQLite: true },
					},
					d1Databases: { DB: "DB", ...options.stores.d1Databases },
					hyperdrives: { ...options.stores.hyperdrives },
					r2Buckets: ["BLOBS"],
					queueProducers: { RUNS: { queueName: "cordon-runs" } },
					queueConsumers: { "cordon-runs": { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 5 } },
					serviceBindings: {
						EXECUTOR_SERVICE: { external: { address: `unix:${options.executorSocket}`, http: {} } },
						EGRESS: { network: { ...PUBLIC_NETWORK, tlsOptions: { trustBrowserCas: true } } },
						...(options.allowLoopback
							? { DEVELOPMENT_EGRESS: { network: { ...DEVELOPMENT_NETWORK, tlsOptions: { trustBrowserCas: true } } } }
							: {}),
					},
					unsafeDirectSockets: [
						{ host: "127.0.0.1", port: 0 },
						{ host: "127.0.0.1", port: 0, entrypoint: "GateSocket" },
					],
				},
			],
		}),
	);
	try {
		await miniflare.ready;
		const inner = await miniflare.unsafeGetDirectURL(NAME);
		const gate = await miniflare.unsafeGetDirectURL(NAME, "GateSocket");
		let front: FrontProcess | null = null;
		return {
			inner,
			gate: { host: gate.hostname, port: Number(gate.port) },
			database: () => miniflare.getD1Database("DB", NAME),
			open: async () => {
				front = await startFront(options.host, options.port, { host: inner.hostname, port: Number(inner.port) });
				return publicUrl(options.host, front.port);
			},
			stop: async () => {
				await front?.stop();
				await miniflare.dispose();
			},
		};
	} catch (error) {
		await miniflare.dispose();
		throw error;
	}
};
