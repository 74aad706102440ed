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

/** The list, which comes from the archive, says of every run what reading it by its id says. @throws Error when it does not. */
export const expectListAgrees = async (api: ApiClient, runs: readonly Run[]): Promise<void> => {
	const wanted = new Map(runs.map((run) => [run.id, RunSummary.strip().parse(run)]));
	let differs: unknown = null;
	await until("the agreement of the list with the runs", 45_000, async () => {
		const listed = new Map((await listRuns(api)).map((summary) => [summary.id, summary]));
		const wrong = [...wanted.keys()].find((id) => JSON.stringify(wanted.get(id)) !== JSON.stringify(listed.get(id)));
		differs = wrong === undefined ? null : { wanted: wanted.get(wrong), listed: listed.get(wrong) };
		return wrong === undefined ? true : null;
	}).catch((error: unknown) => {
		throw new Error(`${error instanceof Error ? error.message : ""}: ${JSON.stringify(differs)}`);
	});
};

const MAY_BE_SENT_AGAIN = new Set(["reads", "keyed"]);

/**
 * The ledger of the runs says what the far side saw: every request has its call, ended; no call is done without its request; a request came again only with
 * the call, and so the key, that it came with first, and only where its grant lets it.
 * @returns how many calls over http there are of each status
 */
export const expectLedgerMatches = async (
	api: ApiClient,
	runIds: readonly string[],
	effects: readonly Effect[],
): Promise<Map<string, number>> => {
	const fetches: Call[] = [];
	for (const runId of runIds) {
		const calls = await listCalls(api, runId);
		expect(
			calls.map((call) => call.seq),
			"places of a run's calls",
		).toEqual(calls.map((_call, index) => index + 1));
		for (const call of calls) expect(call.hash, `the hash of ${call.id}, ${call.status}`).not.toBeNull();
		fetches.push(...calls.filter((call) => call.verb === "http.fetch"));
	}
	const stepOf = ({ args }: Call): string => /\/([\w-]+\/[\w-]+)"/.exec(args ?? "")?.[1] ?? "";
	const byStep = new Map(fetches.map((call) => [stepOf(call), call]));
	expect(byStep.size, "calls of different steps").toBe(fetches.length);
	for (const [step, sent] of Map.groupBy(effects, (effect) => `${effect.mark}/${effect.step}`)) {
		const call = byStep.get(step);
		expect(["done", "failed", "unknown"], `the end of the call behind the request for ${step}`).toContain(call?.status);
		const keys = new Set(sent.map(({ idempotencyKey }) => idempotencyKey));
		expect([...keys], `keys of the requests for ${step}`).toEqual([call?.grant === "reads" ? "" : call?.id]);
		if (!MAY_BE_SENT_AGAIN.has(call?.grant ?? "")) expect(sent, `requests for ${step}`).toHaveLength(1);
	}
	const seen = new Set(effects.map((effect) => `${effect.mark}/${effect.step}`));
	const imagined = fetches.filter((call) => call.status === "done" && !seen.has(stepOf(call)));
	expect(imagined, "calls done without a request").toEqual([]);
	return fetches.reduce((counts, { status }) => counts.set(status, (counts.get(status) ?? 0) + 1), new Map<string, number>());
};

/** Everything that must hold once all runs have ended, whatever died before. @returns how many calls over http there are of each status */
export const expectWhole = async (api: ApiClient, runs: readonly Run[], effects: readonly Effect[]): Promise<Map<string, number>> => {
	await expectNothingHeld(api);
	await expectListAgrees(api, runs);
	const counts = await expectLedgerMatches(
		api,
		runs.map(({ id }) => id),
		effects,
	);
	expect(await Promise.all(runs.map(({ id }) => getRun(api, id))), "runs read again after their end").toEqual(runs);
	return counts;
};
