import { exports } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { importPortHere } from "../gate/import-here.ts";
import { createLoaderExecutor } from "./loader.ts";
import type { Executor } from "./protocol.ts";
import { createRemoteExecutor } from "./remote.ts";

/** The executor that this deployment has, or why it has none. Nothing else runs programs. */
export const chooseExecutor = (env: Env): { kind: "executor"; executor: Executor } | { kind: "none"; why: string } => {
	if (env.EXECUTOR === "remote" && env.EXECUTOR_SERVICE !== undefined) {
		return { kind: "executor", executor: createRemoteExecutor(env.EXECUTOR_SERVICE) };
	}
	if (env.EXECUTOR === "loader" && env.LOADER !== undefined) return { kind: "executor", executor: loaderExecutor(env, env.LOADER) };
	return {
		kind: "none",
		why:
			"no executor is configured. On one machine start Cordon with `npm start`: its supervisor keeps the executor processes whose CPU and memory can be limited. " +
			"`wrangler dev` alone has none, and one endless loop would stop it for ever",
	};
};

const loaderExecutor = (env: Env, loader: WorkerLoader): Executor =>
	createLoaderExecutor(
		loader,
		(props) => exports.Gate({ props }),
		(token) => importPortHere(env, token),
	);

/** Stops the executions of runs that have been ended; best effort, since the gate refuses their calls already. */
export const stopExecutions = async (env: Env, runIds: readonly string[]): Promise<void> => {
	const chosen = chooseExecutor(env);
	if (chosen.kind === "none") return;
	await Promise.allSettled(runIds.map((runId) => chosen.executor.cancel(runId)));
};
