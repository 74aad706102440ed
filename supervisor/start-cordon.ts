import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../contract/limits.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { assertPortFree } from "./assert-port-free.ts";
import { bootstrapTenant, waitUntilHealthy } from "./bootstrap-tenant.ts";
import { buildImportedTexts } from "./build-imported-texts.ts";
import { buildWorker } from "./build-worker.ts";
import { startControlPlane } from "./control-plane.ts";
import { newKey, openDataFolder, readSealKey } from "./data-folder.ts";
import { lockDataFolder, RUNTIME_PREFIX } from "./data-lock.ts";
import type { Enclosure } from "./enclosure.ts";
import type { GateAddress } from "./gate-splice.ts";
import type { CordonConfig } from "./parse-environment.ts";
import { NO_STORES } from "./read-stores.ts";
import { repositoryRoot } from "./repository-root.ts";
import { startExecutors } from "./start-executors.ts";
import { workerdBinary } from "./workerd-binary.ts";

export interface StartOptions extends CordonConfig {
	/** Absolute path of the Worker's entry module; worker/index.ts unless a test brings its own. */
	readonly workerEntry?: string;
	/** Enclosures that may be used; all unless a test names one. */
	readonly enclosures?: readonly Enclosure["kind"][];
	/** Gives the start up when it aborts, at its next step. */
	readonly interrupted?: AbortSignal;
}

/** A running platform. */
export interface Cordon {
	readonly url: string;
	/** API key of tenant `local`. */
	readonly key: string;
	readonly keyFile: string;
	readonly adminToken: string;
	/** Absolute path. */
	readonly dataFolder: string;
	readonly enclosure: Enclosure;
	/** Lets running runs finish for LIMITS.drainMs, then ends everything. Repeatable. */
	stop(): Promise<void>;
}

/**
 * Starts all of it on this machine: executor processes, the socket the Worker reaches them by, the Worker with its storage, the first tenant.
 * @throws Error in words for the operator, or the reason of `interrupted`; whatever was started by then has been ended.
 */
export const startCordon = async (options: StartOptions): Promise<Cordon> => {
	const undo = new AsyncDisposableStack();
	try {
		return await start(options, undo);
	} catch (error) {
		await undo.disposeAsync();
		throw error;
	}
};

const start = async (options: StartOptions, undo: AsyncDisposableStack): Promise<Cordon> => {
	const goOn = () => options.interrupted?.throwIfAborted();
	goOn();
	await assertPortFree(options.host, options.port);
	goOn();
	const dataFolder = await openDataFolder(options.dataFolder);
	const runtimeFolder = await mkdtemp(join(tmpdir(), RUNTIME_PREFIX));
	undo.defer(() => rm(runtimeFolder, { recursive: true, force: true }));
	const lock = await lockDataFolder(dataFolder, runtimeFolder);
	undo.defer(() => lock.release());
	goOn();
	await buildImportedTexts();
	goOn();
	const script = buildWorker(options.workerEntry ?? join(repositoryRoot, "worker/index.ts"));
	// It may fail before anybody asks for it; whoever asks hears of it.
	script.catch(() => {});
	let gate: GateAddress | null = null;
	let isStarted = false;
	const executors = await startExecutors({
		size: options.executors,
		workerd: workerdBinary,
		runtimeFolder,
		gate: () => gate,
		isStarted: () => isStarted,
		...(options.enclosures === undefined ? {} : { enclosures: options.enclosures }),
	});
	undo.defer(() => executors.stop());
	goOn();
	const adminToken = options.adminToken ?? newKey();
	const controlPlane = await startControlPlane({
		script: await script,
		host: options.host,
		port: options.port,
		dataFolder,
		runtimeFolder,
		workerd: workerdBinary,
		executorSocket: executors.socketPath,
		allowLoopback: options.developmentHosts.length > 0,
		stores: options.stores ?? NO_STORES,
		bindings: {
			EXECUTOR: "remote",
			SEAL_KEY: options.sealKey ?? (await readSealKey(dataFolder)),
			GATE_KEY: newKey(),
			ADMIN_TOKEN: adminToken,
			DEVELOPMENT_HOSTS: options.developmentHosts.join(","),
			RATE_LIMIT: options.rateLimit ?? "",
		},
	});
	undo.defer(() => controlPlane.stop());
	goOn();
	gate = controlPlane.gate;
	await applyMigrations(await controlPlane.database(), join(repositoryRoot, "migrations"));
	goOn();
	// Whoever waits for GET /healthz reads the key next: it is there before health is good.
	const tenant = await bootstrapTenant(controlPlane.inner, adminToken, dataFolder);
	isStarted = true;
	goOn();
	await waitUntilHealthy(controlPlane.inner);
	goOn();
	// Last: who has waited for it to come back, a thousand senders at once, must not keep it from coming up.
	const url = await controlPlane.open();
	goOn();
	undo.defer(() => executors.drain(LIMITS.drainMs));
	return {
		url: url.origin,
		...tenant,
		adminToken,
		dataFolder,
		enclosure: executors.enclosure,
		stop: () => undo.disposeAsync(),
	};
};
