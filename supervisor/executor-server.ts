import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { LIMITS } from "../contract/limits.ts";
import { type ExecutorStatus, ImportJob, Job, type RunFrame, SourceProgram } from "../worker/executor/protocol.ts";
import { compileSource } from "./compile-source.ts";
import { executeJob } from "./execute-job.ts";
import { importDataset } from "./import-dataset.ts";
import type { Pool } from "./pool.ts";
import { readBody } from "./read-body.ts";

const CompileRequest = z.strictObject({ source: SourceProgram, tenantId: z.string() });
const RunRequest = z.strictObject({ runId: z.string() });

/** Largest body that names a run and says nothing else, bytes. */
const RUN_BYTES = 1_024;
/** Largest body of an import, bytes: a token, and what the data is; the data itself goes another way. */
const IMPORT_BYTES = 16 * 1024;

/** The supervisor as the control plane's Worker sees it. */
export interface ExecutorServer {
	close(): Promise<void>;
}

export interface ExecutorServerOptions {
	readonly pool: Pool;
	/** Path of the unix socket; only this user may connect. */
	readonly socketPath: string;
	readonly enclosure: ExecutorStatus["enclosure"];
	/** Whether all of the platform has started; until then its health is not said to be good. True when absent. */
	readonly isStarted?: () => boolean;
}

/**
 * Serves `POST /run` (Job -> lines of RunFrame, the last one the outcome; headers, with `x-started-at-ms`, are sent when the run leaves the queue), `POST /compile`
 * ({source, tenantId} -> CompileOutcome or {kind: "refused", why}), `POST /import` (ImportJob -> ImportOutcome), `POST /cancel` and `POST /keep` ({runId} -> 204) and `GET /status` (ExecutorStatus) on a
 * unix socket. A run whose connection goes away is stopped: nobody is left to hear how it ends.
 */
export const serveExecutors = async (options: ExecutorServerOptions): Promise<ExecutorServer> => {
	const running = new RunningRuns();
	const server = createServer((request, response) => {
		route(options, running, request, response).catch(() => {
			if (!response.headersSent) response.writeHead(500);
			response.end();
		});
	});
	// The Worker keeps connections for as long as it likes; closing one under it would lose a run.
	server.keepAliveTimeout = 0;
	server.requestTimeout = 0;
	await rm(options.socketPath, { force: true });
	server.listen(options.socketPath);
	await once(server, "listening");
	await chmod(options.socketPath, 0o600);
	return {
		close: async () => {
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
};

/** What stops each run that the supervisor has, waiting or running. Two attempts of one run may be here for a moment. */
class RunningRuns {
	readonly #byRun = new Map<string, Set<AbortController>>();

	add(runId: string): AbortController {
		const controller = new AbortController();
		const controllers = this.#byRun.get(runId) ?? new Set();
		this.#byRun.set(runId, controllers.add(controller));
		return controller;
	}

	remove(runId: string, controller: AbortController): void {
		const controllers = this.#byRun.get(runId);
		controllers?.delete(controller);
		if (controllers?.size === 0) this.#byRun.delete(runId);
	}

	cancel(runId: string): void {
		for (const controller of this.#byRun.get(runId) ?? []) controller.abort();
	}
}

const route = async (
	options: ExecutorServerOptions,
	running: RunningRuns,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> => {
	switch (`${request.method} ${request.url}`) {
		case "GET /status":
			sendJson(response, {
				...options.pool.status(),
				enclosure: options.enclosure,
				accepting: options.pool.accepting && (options.isStarted?.() ?? true),
			} satisfies ExecutorStatus);
			break;
		case "POST /run":
			await handleRun(options.pool, running, request, response);
			break;
		case "POST /compile":
			await handleCompile(options.pool, request, response);
			break;
		case "POST /import":
			await handleImport(options.pool, request, response);
			break;
		case "POST /cancel":
			await handleRunId(({ runId }) => running.cancel(runId), request, response);
			break;
		case "POST /keep":
			await handleRunId(({ runId }) => options.pool.keep(runId), request, response);
			break;
		default:
			response.writeHead(404).end();
	}
};

const handleRunId = async (
	act: (named: z.infer<typeof RunRequest>) => void,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> => {
	const body = await readBody(request, RunRequest, RUN_BYTES);
	if (body.kind === "refused") {
		refuseRequest(response, body.why);
		return;
	}
	act(body.value);
	response.writeHead(204).end();
};

const handleRun = async (pool: Pool, running: RunningRuns, request: IncomingMessage, response: ServerResponse): Promise<void> => {
	const body = await readBody(request, Job, LIMITS.executorJobBytes);
	if (body.kind === "refused") {
		refuseRequest(response, body.why);
		return;
	}
	const job = body.value;
	const controller = running.add(job.runId);
	response.on("close", () => controller.abort());
	try {
		const outcome = await executeJob(pool, job, controller.signal, {
			onStart: (startedAtMs) => {
				response.writeHead(200, { "content-type": "application/x-ndjson", "x-started-at-ms": String(startedAtMs) });
				response.flushHeaders();
			},
			// All lines of a run together are bounded by the spool: a Worker that reads slowly makes no more than that wait here.
			onLines: (lines) => response.write(frameText({ kind: "lines", lines: [...lines] })),
		});
		if (!response.headersSent) response.writeHead(200, { "content-type": "application/x-ndjson" });
		response.end(frameText(outcome));
	} finally {
		running.remove(job.runId, controller);
	}
};

const handleCompile = async (pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> => {
	const body = await readBody(request, CompileRequest, LIMITS.executorJobBytes);
	if (body.kind === "refused") {
		refuseRequest(response, body.why);
		return;
	}
	const gone = new AbortController();
	response.on("close", () => gone.abort());
	sendJson(response, await compileSource(pool, body.value.source, body.value.tenantId, gone.signal));
};

const handleImport = async (pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> => {
	const body = await readBody(request, ImportJob, IMPORT_BYTES);
	if (body.kind === "refused") {
		refuseRequest(response, body.why);
		return;
	}
	const gone = new AbortController();
	response.on("close", () => gone.abort());
	sendJson(response, await importDataset(pool, body.value, gone.signal));
};

const frameText = (frame: RunFrame): string => `${JSON.stringify(frame)}\n`;

const sendJson = (response: ServerResponse, value: unknown): void => {
	if (!response.headersSent) response.writeHead(200, { "content-type": "application/json" });
	response.end(JSON.stringify(value));
};

/** The request itself is wrong, which is a bug of the Worker: told apart from a run that nobody takes by its status. */
const refuseRequest = (response: ServerResponse, why: string): void => {
	response.writeHead(400, { "content-type": "application/json", connection: "close" });
	response.end(JSON.stringify({ kind: "refused", why }));
};
