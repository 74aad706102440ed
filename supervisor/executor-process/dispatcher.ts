import { compileProgram } from "../../worker/executor/compile-program.ts";
import type { CompileOutcome, ImportJob, Job, SourceProgram } from "../../worker/executor/protocol.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";
import { GateRelay } from "./gate-relay.ts";
import { importDataset } from "./import-dataset.ts";
import { runJob } from "./run-job.ts";

export { GateRelay };

/**
 * The trusted Worker of an executor process: what the supervisor talks to over the process's socket. Of one request it keeps nothing
 * for the next but datasets that are loaded (engines.ts); nothing here is a wall against the program: the process as a whole is what is enclosed, measured and killed.
 */
export default {
	async fetch(request, env, context) {
		const path = new URL(request.url).pathname;
		if (path === "/ping") return new Response("pong");
		if (path === "/compile") {
			const source: SourceProgram = await request.json();
			const outcome: CompileOutcome = compileProgram(source);
			return Response.json(outcome);
		}
		if (path === "/run") {
			const job: Job = await request.json();
			return runJob(job, env, context);
		}
		if (path === "/import") {
			const job: ImportJob = await request.json();
			return new Response(await importDataset(job, env), { headers: { "x-cordon-outcome": "answered" } });
		}
		return new Response("unknown path", { status: 404 });
	},
} satisfies ExportedHandler<DispatcherEnv>;
