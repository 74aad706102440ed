import { compileProgram } from "../../worker/executor/compile-program.ts";
import type { CompileOutcome, Job, SourceProgram } from "../../worker/executor/protocol.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";
import { GateRelay } from "./gate-relay.ts";
import { runJob } from "./run-job.ts";

export { GateRelay };

/**
 * The trusted Worker of an executor process: what the supervisor talks to over the process's socket. It holds no state between requests, and
 * nothing here is a wall against the program: the process as a whole is what is enclosed, measured and killed.
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
		return new Response("unknown path", { status: 404 });
	},
} satisfies ExportedHandler<DispatcherEnv>;
