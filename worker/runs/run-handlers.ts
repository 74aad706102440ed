import { Refusal } from "../../contract/errors.ts";
import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type AgentEntry, agentObject, findByLocator } from "../agents/agent-registry.ts";
import { agentInQuery } from "../agents/named-agent.ts";
import { type Page, pageBy, pageFrom, readIdCursor, readNumberCursor } from "../db/page.ts";
import type { Env } from "../env.ts";
import { stopExecutions } from "../executor/choose-executor.ts";
import type { Handlers } from "../handler.ts";
import { listArchivedCalls, listArchivedLogs, listArchivedRuns, readArchivedRun } from "../ledger/read-archive.ts";
import { createRun } from "./create-run.ts";
import { readRun } from "./read-run.ts";
import { getRunEvents } from "./run-events.ts";
import { runFileBody } from "./run-file-body.ts";
import { runTree } from "./run-tree.ts";

const missing = (): Refusal => new Refusal("not_found", "Looking up a run: there is none of that id");

const entryOf = async (env: Env, tenantId: string, runId: string): Promise<AgentEntry> => {
	const entry = await findByLocator(env, tenantId, locatorOf(runId));
	if (entry === null) throw missing();
	return entry;
};

/** A page of things that are numbered within a run. */
const pageBySeq = <Item extends { seq: number }>(items: readonly Item[], limit: number): Page<Item> =>
	pageBy(items, limit, ({ seq }) => seq);

type Ids = "createRun" | "listRuns" | "getRun" | "getRunTree" | "cancelRun" | "listCalls" | "listLogs" | "getRunEvents" | "getRunFile";

/** The runs' operations. */
export const runHandlers: Handlers<Ids> = {
	createRun,
	listRuns: async ({ env, caller, query }) => {
		const runs = await listArchivedRuns(env.DB, caller.tenantId, {
			agentId: await agentInQuery(env, caller.tenantId, query.agent),
			status: query.status ?? null,
			parentRunId: query.parent ?? null,
			trigger: query.trigger ?? null,
			schedule: query.schedule ?? null,
			before: readIdCursor(query.cursor, "run"),
			most: query.limit + 1,
		});
		return { status: 200, body: pageFrom(runs, query.limit) };
	},
	getRun: async ({ env, caller, params }) => {
		const run = await readRun(env, caller.tenantId, params.id);
		if (run === null) throw missing();
		return { status: 200, body: run };
	},
	getRunTree: async ({ env, caller, params }) => {
		const run = await readRun(env, caller.tenantId, params.id);
		if (run === null) throw missing();
		return { status: 200, body: await runTree(env, caller.tenantId, run) };
	},
	cancelRun: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const object = agentObject(env, entry);
		const run = await object.cancel(params.id, "Somebody cancelled the run");
		// Calls under way are told at once; the answer waits a moment for them to stop, so that nothing of them comes after it.
		if (run !== null) await Promise.all([stopExecutions(env, [params.id]), object.untilQuiet(params.id, LIMITS.cancelTellMs)]);
		const now = (await object.run(params.id)) ?? run ?? (await readArchivedRun(env.DB, caller.tenantId, params.id));
		if (now === null) throw missing();
		return { status: 200, body: now };
	},
	listCalls: async ({ env, caller, params, query }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const after = readNumberCursor(query.cursor) ?? 0;
		const live = await agentObject(env, entry).calls(params.id, after, query.limit + 1);
		if (live !== null) return { status: 200, body: pageBySeq(live, query.limit) };
		if ((await readArchivedRun(env.DB, caller.tenantId, params.id)) === null) throw missing();
		return {
			status: 200,
			body: pageBySeq(await listArchivedCalls(env.DB, caller.tenantId, params.id, after, query.limit + 1), query.limit),
		};
	},
	listLogs: async ({ env, caller, params, query }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const after = readNumberCursor(query.cursor) ?? 0;
		const run = await agentObject(env, entry).run(params.id);
		if (run !== null) {
			const lines = run.logs.filter((line) => line.seq > after).slice(0, query.limit + 1);
			return { status: 200, body: pageBySeq(lines, query.limit) };
		}
		if ((await readArchivedRun(env.DB, caller.tenantId, params.id)) === null) throw missing();
		return {
			status: 200,
			body: pageBySeq(await listArchivedLogs(env.DB, caller.tenantId, params.id, after, query.limit + 1), query.limit),
		};
	},
	getRunEvents,
	getRunFile: async ({ env, caller, params }) => {
		const entry = await entryOf(env, caller.tenantId, params.id);
		const body = await runFileBody(env, entry, params.id, `/${params.path}`);
		if (body === null) {
			if ((await readRun(env, caller.tenantId, params.id)) === null) throw missing();
			throw new Refusal("not_found", "Reading a file: the run has none at that path", {
				hint: "Check the path: it begins with a mount that the run could write, as in workspace/output/report.txt.",
				details: { path: `/${params.path}` },
			});
		}
		const name = params.path.split("/").at(-1) ?? "file";
		return new Response(body, {
			headers: {
				"content-type": "application/octet-stream",
				"content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
			},
		});
	},
};
