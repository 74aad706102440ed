import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { makeFaultAgent } from "./fault-agents.ts";
import { type PlatformProcess, startPlatform } from "./fault-platform.ts";
import { type FaultUpstream, startFaultUpstream } from "./fault-upstream.ts";

/** One test's platform on a data folder of its own, with its upstream and its agent. */
export interface FaultSite extends AsyncDisposable {
	readonly upstream: FaultUpstream;
	/** The present platform: another one after each restart. */
	readonly platform: PlatformProcess;
	readonly api: ApiClient;
	/** Starts it again, by the same command on the same data and port. */
	restart(): Promise<void>;
	/** kill -9, and started again. */
	crash(): Promise<void>;
	/** A second one on the same data. */
	second(): Promise<PlatformProcess>;
}

/** Platforms at once: on two cores more of them only make each other slow. */
const AT_ONCE = 3;
let places = AT_ONCE;
const waiting: (() => void)[] = [];

const takePlace = async (): Promise<void> => {
	if (places > 0) places -= 1;
	else await new Promise<void>((resolve) => waiting.push(resolve));
};

const givePlace = (): void => {
	const next = waiting.shift();
	if (next === undefined) places += 1;
	else next();
};

/** Starts one as soon as there is room for it beside the other tests' platforms. */
export const startFaultSite = async (executors = 2): Promise<FaultSite> => {
	await takePlace();
	return startSite(executors).catch((error: unknown) => {
		givePlace();
		throw error;
	});
};

const startSite = async (executors: number): Promise<FaultSite> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-faults-"));
	const upstream = await startFaultUpstream();
	const start = (port: number): Promise<PlatformProcess> => startPlatform({ dataFolder, port, executors, upstream: upstream.host });
	let platform = await start(0);
	await makeFaultAgent(platform.api, upstream.host);
	const restart = async (): Promise<void> => {
		platform = await start(platform.port);
	};
	return {
		upstream,
		get platform() {
			return platform;
		},
		get api() {
			return platform.api;
		},
		restart,
		crash: async () => {
			await platform.kill();
			await restart();
		},
		second: () => start(0),
		[Symbol.asyncDispose]: async () => {
			await platform[Symbol.asyncDispose]();
			await upstream[Symbol.asyncDispose]();
			await rm(dataFolder, { recursive: true, force: true });
			givePlace();
		},
	};
};
