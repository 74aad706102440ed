import { z } from "zod";
import { CompileOutcome, type ExecutionOutcome, type Executor, ExecutorStatus, ImportOutcome } from "./protocol.ts";
import { readRun } from "./remote-run.ts";

const Refused = z.strictObject({ kind: z.literal("refused"), why: z.string() });
const CompileAnswer = z.union([CompileOutcome, Refused]);

/** The supervisor's executors, over its unix socket. What it answers is parsed; when it does not answer, nothing has run. */
export const createRemoteExecutor = (service: Fetcher): Executor => {
	const post = (path: string, body: unknown): Promise<Response> =>
		service.fetch(`http://supervisor${path}`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(body),
		});
	return {
		compile: async (source, tenantId) => {
			try {
				return CompileAnswer.parse(await (await post("/compile", { source, tenantId })).json());
			} catch {
				return { kind: "refused", why: "the supervisor did not answer" };
			}
		},
		run: async (job, onStart, onLines = () => {}): Promise<ExecutionOutcome> => {
			let startedAtMs: number | null = null;
			try {
				const response = await post("/run", job);
				const header = response.headers.get("x-started-at-ms");
				startedAtMs = header === null ? null : Number(header);
				if (startedAtMs !== null) onStart(startedAtMs);
				if (response.body === null) throw new Error("Running a job: the supervisor's answer has no body");
				return await readRun(response.body, onLines);
			} catch {
				// Whether anything ran is known only by the header that says so.
				if (startedAtMs === null) return { kind: "refused", why: "the supervisor did not answer" };
				return { kind: "lost", cpuMs: 0, wallMs: Date.now() - startedAtMs, startedAtMs, logs: [], logsDropped: 0 };
			}
		},
		importDataset: async (job) => {
			try {
				return ImportOutcome.parse(await (await post("/import", job)).json());
			} catch {
				return { kind: "lost" };
			}
		},
		cancel: async (runId) => {
			await post("/cancel", { runId });
		},
		keep: async (runId) => {
			await post("/keep", { runId });
		},
		status: async () => ExecutorStatus.parse(await (await service.fetch("http://supervisor/status")).json()),
	};
};
