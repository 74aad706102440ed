import { z } from "zod";
import { byAgent } from "./agent-ref.ts";
import { PageQuery, pageOf } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { needs, none, type Operation } from "./operation.ts";
import { AgentReplay, Replay, ReplayAgent, ReplayRun } from "./replays.ts";
import { Call, CreateRun, ListRunsQuery, Run, RunLog, RunSummary, RunTree } from "./runs.ts";

const byRun = z.strictObject({ id: idOf("run") });

/** The operations on runs. */
export const RUN_OPERATIONS = {
	createRun: {
		method: "POST",
		path: "/v1/runs",
		summary:
			"Run a program. 201 with the run when it ended within `wait` seconds, else 202 with Location. Honours Idempotency-Key. `approvePlan` needs the scope decide:approvals as well.",
		access: needs("write:runs"),
		params: none,
		query: none,
		body: CreateRun,
		answers: { 201: Run, 202: Run },
	},
	listRuns: {
		method: "GET",
		path: "/v1/runs",
		summary: "Runs, newest first.",
		access: needs("read:runs"),
		params: none,
		query: ListRunsQuery,
		body: null,
		answers: { 200: pageOf(RunSummary) },
	},
	getRun: {
		method: "GET",
		path: "/v1/runs/{id}",
		summary: "One run, also while it runs.",
		access: needs("read:runs"),
		params: byRun,
		query: none,
		body: null,
		answers: { 200: Run },
	},
	getRunTree: {
		method: "GET",
		path: "/v1/runs/{id}/tree",
		summary: "A run with all runs below it, started by `agent.run`.",
		access: needs("read:runs"),
		params: byRun,
		query: none,
		body: null,
		answers: { 200: RunTree },
	},
	cancelRun: {
		method: "POST",
		path: "/v1/runs/{id}/cancel",
		summary: "Stop a run and all runs below it. No call begins after the answer. A run that has ended stays as it ended.",
		access: needs("write:runs"),
		params: byRun,
		query: none,
		body: null,
		answers: { 200: Run },
	},
	listCalls: {
		method: "GET",
		path: "/v1/runs/{id}/calls",
		summary: "Every call of a run, in order.",
		access: needs("read:runs"),
		params: byRun,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(Call) },
	},
	listLogs: {
		method: "GET",
		path: "/v1/runs/{id}/logs",
		summary: "A run's console lines, in order.",
		access: needs("read:runs"),
		params: byRun,
		query: PageQuery,
		body: null,
		answers: { 200: pageOf(RunLog) },
	},
	getRunEvents: {
		method: "GET",
		path: "/v1/runs/{id}/events",
		summary: "Server-Sent Events: `status`, `log`, `call`, `approval`, `end`. `Last-Event-ID` resumes; 204 after `end`.",
		access: needs("read:runs"),
		params: byRun,
		query: none,
		body: null,
		answers: { 200: null, 204: null },
	},
	replayRun: {
		method: "POST",
		path: "/v1/runs/{id}/replay",
		summary:
			"Execute a run again from its journal: no effect, `identical` or the first divergence. With `from`, fork it: that needs the scope write:runs as well.",
		access: needs("replay:runs"),
		params: byRun,
		query: none,
		body: ReplayRun,
		answers: { 200: Replay, 202: Replay },
	},
	replayAgent: {
		method: "POST",
		path: "/v1/agents/{id}/replay",
		summary: "Execute an agent's last runs again from their journals, with another version of the program if one is given.",
		access: needs("replay:runs"),
		params: byAgent,
		query: none,
		body: ReplayAgent,
		answers: { 200: AgentReplay },
	},
	getRunFile: {
		method: "GET",
		path: "/v1/runs/{id}/files/{path}",
		summary: "A file's bytes, as an attachment.",
		access: needs("read:runs"),
		params: byRun.extend({ path: z.string().min(1).max(LIMITS.pathChars) }),
		query: none,
		body: null,
		answers: { 200: null },
	},
} as const satisfies Record<string, Operation>;
