import type { GateRelay } from "./gate-relay.ts";

/** What the dispatcher is given by the configuration that supervisor/build-dispatcher writes. */
export interface DispatcherEnv {
	readonly LOADER: WorkerLoader;
	/** The way back: the process's own socket to the supervisor, which splices it to the gate. */
	readonly BACK: Fetcher;
	/** Text of each module of worker/harness by its file name; `harness.js` is the main module. */
	readonly HARNESS: Readonly<Record<string, string>>;
}

declare global {
	namespace Cloudflare {
		interface GlobalProps {
			/** Types `ctx.exports` of the dispatcher: the one entrypoint that isolates are given. */
			mainModule: { GateRelay: typeof GateRelay };
		}
	}
}
