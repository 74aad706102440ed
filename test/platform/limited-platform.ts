import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlatform } from "./fault-platform.ts";
import { controlPlaneIn, type SeenProcess } from "./fault-processes.ts";

/** A platform whose processes may each open few descriptors. */
export interface LimitedPlatform extends AsyncDisposable {
	readonly port: number;
	/** The control plane's workerd. */
	controlPlane(): SeenProcess | undefined;
	readonly output: readonly string[];
}

/** @param openFiles descriptors of a process, hard limit: nobody can raise it. @throws Error with the platform's words when it does not start */
export const startLimitedPlatform = async (openFiles: number): Promise<LimitedPlatform> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-limited-"));
	const { port, pid, output, terminate } = await startPlatform({ dataFolder, port: 0, executors: 1, openFiles });
	return {
		port,
		output,
		controlPlane: () => controlPlaneIn(pid),
		[Symbol.asyncDispose]: async () => {
			await terminate();
			await rm(dataFolder, { recursive: true, force: true });
		},
	};
};
