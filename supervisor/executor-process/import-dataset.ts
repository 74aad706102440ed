import { carryOutImport } from "../../worker/executor/carry-out.ts";
import type { ImportJob } from "../../worker/executor/protocol.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";
import { enginesOf } from "./engines.ts";
import { importPort } from "./gate-ports.ts";

/** Makes a dataset's image out of what the gate streams in, and streams it back. @returns text of an ImportAnswer */
export const importDataset = (job: ImportJob, env: DispatcherEnv): Promise<string> =>
	carryOutImport(enginesOf(env).loader, job, importPort(env.BACK, job.token));
