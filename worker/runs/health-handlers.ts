import type { Env } from "../env.ts";
import { chooseExecutor } from "../executor/choose-executor.ts";
import type { ExecutorStatus } from "../executor/protocol.ts";
import type { Handlers } from "../handler.ts";
import { sealKeyProblem } from "../secrets/seal.ts";

const VERSION = "0.1.0";

const statusOf = async (env: Env): Promise<ExecutorStatus | null> => {
	const chosen = chooseExecutor(env);
	if (chosen.kind === "none") return null;
	return chosen.executor.status().catch(() => null);
};

/** `GET /healthz`: 200 when runs will be taken. */
export const healthHandlers: Handlers<"getHealth"> = {
	getHealth: async ({ env }) => {
		const status = await statusOf(env);
		const ready = status?.accepting === true && (status.enclosure === "cloudflare" || status.idle + status.busy > 0);
		const seal = sealKeyProblem(env);
		const warnings = [
			...(status?.enclosure === "none"
				? ["Executor processes are not enclosed: neither bubblewrap nor unshare works here. Do not run programs that you do not trust."]
				: []),
			...(status?.enclosure === "unshare"
				? ["Executor processes have no filter of system calls: bubblewrap is missing or does not work here. Install it."]
				: []),
			...(seal === null ? [] : [seal]),
			...((env.DEVELOPMENT_HOSTS ?? "") === "" ? [] : ["Loopback hosts are open to http.fetch (CORDON_DEV_ALLOW): for development only."]),
		];
		const executors = { idle: status?.idle ?? 0, busy: status?.busy ?? 0 };
		const body = { status: ready ? "ok" : "no_executor", executors, enclosure: status?.enclosure ?? null, warnings, version: VERSION };
		return { status: ready ? 200 : 503, body };
	},
};
