import { type Agent, request } from "node:http";
import { LIMITS } from "../contract/limits.ts";

/** What an executor process answered, or that it did not: it died, hung up, or said more than an answer may be. */
export type ExecutorReply = { kind: "reply"; status: number; outcome: string; body: string } | { kind: "gone" };

/**
 * Asks an executor process over its socket. Resolves when it has answered or is gone; has no clock of its own, the caller watches the process.
 * @param agent keeps the connection to this one process open. @param socketPath the process's `executor.sock`. @param body JSON text; GET without one.
 */
export const askExecutor = (agent: Agent, socketPath: string, path: string, body?: string): Promise<ExecutorReply> =>
	new Promise((resolve) => {
		const gone = () => resolve({ kind: "gone" });
		const method = body === undefined ? "GET" : "POST";
		const asked = request({ socketPath, path, method, agent, headers: { host: "executor" } }, (response) => {
			const chunks: Buffer[] = [];
			let bytes = 0;
			response.on("data", (chunk: Buffer) => {
				bytes += chunk.length;
				if (bytes > LIMITS.executorAnswerBytes) response.destroy();
				else chunks.push(chunk);
			});
			response.on("end", () => {
				const outcome = response.headers["x-cordon-outcome"];
				resolve({
					kind: "reply",
					status: response.statusCode ?? 0,
					outcome: typeof outcome === "string" ? outcome : "",
					body: Buffer.concat(chunks).toString("utf8"),
				});
			});
			response.on("error", gone);
			response.on("close", gone);
		});
		asked.on("error", gone);
		asked.end(body);
	});
