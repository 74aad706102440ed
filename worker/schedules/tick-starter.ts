import { WorkerEntrypoint } from "cloudflare:workers";
import type { TickFault } from "../agents/object/settle-tick.ts";
import type { Env } from "../env.ts";
import { startTick, type TickToStart } from "./start-tick.ts";

/** Starts the runs of ticks for agents' objects, which can compile no program. Reached only from within the Worker. */
export class TickStarter extends WorkerEntrypoint<Env> {
	/** @returns why the run was not admitted; null: it was, or nobody wants it any more */
	async start(tick: TickToStart): Promise<TickFault | null> {
		return startTick(this.env, tick);
	}
}
