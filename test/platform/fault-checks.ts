import { expect } from "vitest";
import { AgentSummary } from "../../contract/agents.ts";
import { Budget } from "../../contract/budgets.ts";
import { pageOf } from "../../contract/common.ts";
import { Call, Run, RunSummary } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { until } from "./fault-processes.ts";
import type { Effect } from "./fault-upstream.ts";

/** Every row of a list, page by page. */
const readAll = async <Row>(api: ApiClient, path: string, read: (body: unknown) => { data: Row[]; nextCursor: string | null }) => {
	const rows: Row[] = [];
	for (let cursor: string | null = ""; cursor !== null; ) {
		const answer = await api.request("GET", `${path}?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
		if (answer.status !== 200) throw new Error(`GET ${path}: found ${answer.status} ${JSON.stringify(answer.body)}, wanted 200`);
		const page = read(answer.body);
		rows.push(...page.data);
		cursor = page.nextCursor;
	}
	return rows;
};

export const getRun = (api: ApiClient, id: string): Promise<Run> => api.expect(200, Run, "GET", `/v1/runs/${id}`);
export const listRuns = (api: ApiClient): Promise<RunSummary[]> => readAll(api, "/v1/runs", (body) => pageOf(RunSummary).parse(body));
export const listCalls = (api: ApiClient, runId: string): Promise<Call[]> =>
	readAll(api, `/v1/runs/${runId}/calls`, (body) => pageOf(Call).parse(body));

/** The run once it has ended. @throws Error when it has not within the time. */
export const runEnded = (api: ApiClient, id: string, withinMs: number): Promise<Run> =>
	until(`the end of ${id}`, withinMs, async () => {
		const run = await getRun(api, id);
		return run.endedAtMs === null ? null : run;
	});

/** No agent of the key's tenant has anything set aside, in any window. */
export const expectNothingHeld = async (api: ApiClient): Promise<void> => {
	for (const agent of await readAll(api, "/v1/agents", (body) => pageOf(AgentSummary).parse(body))) {
		const { windows } = await api.expect(200, Budget, "GET", `/v1/agents/${agent.id}/budget`);
		for (const [window, { held }] of Object.entries(windows)) {
			expect(
				Object.entries(held).filter(([, amount]) => amount !== 0),
				`held by agent ${agent.name} in window ${window}`,
			).toEqual([]);
		}
	}
};

/** The list, which comes from the archive, says of every run what reading it by its id says. @throws Error when it does not within five seconds. */
export const expectListAgrees = async (api: ApiClient, runs: readonly Run[]): Promise<void> => {
	const wanted = new Map(
		runs.map(({ result: _result, logs: _logs, files: _files, pendingApproval: _pending, ...summary }) => [summary.id, summary]),
	);
	let differs: unknown = null;
	await until("the agreement of the list with the runs", 5_000, async () => {
		const listed = new Map((await listRuns(api)).map((summary) => [summary.id, summary]));
		const wrong = [...new Set([...wanted.keys(), ...listed.keys()])].find(
			(id) => JSON.stringify(wanted.get(id)) !== JSON.stringify(listed.get(id)),
		);
		differs = wrong === undefined ? null : { wanted: wanted.get(wrong), listed: listed.get(wrong) };
		return wrong === undefined ? true : null;
	}).catch((error: unknown) => {
		throw new Error(`${error instanceof Error ? error.message : ""}: ${JSON.stringify(differs)}`);
	});
};

/**
 * The ledger of the runs says what the far side saw: every request has its call, ended, and no call is done without its request; no request came twice.
 * @returns how many calls there are of each status.
 */
export const expectLedgerMatches = async (
	api: ApiClient,
	runIds: readonly string[],
	effects: readonly Effect[],
): Promise<Map<string, number>> => {
	const keys = effects.map((effect) => effect.idempotencyKey);
	const marks = effects.map((effect) => effect.mark);
	expect(new Set(keys).size, "requests with the same idempotency key").toBe(keys.length);
	expect(new Set(marks).size, "requests with the same run's mark").toBe(marks.length);
	const statuses = new Map<string, string>();
	for (const runId of runIds) {
		const calls = await listCalls(api, runId);
		expect(
			calls.map((call) => call.seq),
			"places of a run's calls",
		).toEqual(calls.map((_call, index) => index + 1));
		for (const call of calls) {
			expect(call.hash, `the hash of ${call.id}, ${call.status}`).not.toBeNull();
			if (call.verb === "http.fetch") statuses.set(call.id, call.status);
		}
	}
	const unrecorded = keys.filter((key) => !["done", "failed", "unknown"].includes(statuses.get(key) ?? "none"));
	expect(unrecorded, "requests without an ended call").toEqual([]);
	const seen = new Set(keys);
	const imagined = [...statuses].filter(([id, status]) => status === "done" && !seen.has(id));
	expect(imagined, "calls done without a request").toEqual([]);
	return [...statuses.values()].reduce((counts, status) => counts.set(status, (counts.get(status) ?? 0) + 1), new Map<string, number>());
};
