import { pageOf } from "../../contract/common.ts";
import { Call, Run, RunSummary } from "../../contract/runs.ts";
import type { CreateRunInput } from "../../scripts/support/api-client.ts";
import type { Stage } from "./stage.ts";

/** A run as it stands when nothing more happens by itself: it has ended, or waits for a person. */
export interface Settled {
	readonly run: Run;
	/** Its own, and those of the runs that it started. */
	readonly calls: readonly Call[];
}

const SETTLE_MS = 30_000;
const WAIT_SECONDS = 0.2;

/** Starts a run and looks until it has ended or waits for a person, itself or by a run that it started (`hasChildren`). @throws when it does neither in time */
export const settle = async (
	{ platform: { api } }: Pick<Stage, "platform">,
	request: CreateRunInput,
	hasChildren = false,
): Promise<Settled> => {
	const started = await api.run({ ...request, wait: WAIT_SECONDS });
	const callsOf = async (id: string): Promise<readonly Call[]> =>
		(await api.expect(200, pageOf(Call), "GET", `/v1/runs/${id}/calls?limit=100`)).data;
	for (const untilMs = Date.now() + SETTLE_MS; Date.now() < untilMs; await rest()) {
		const run = started.endedAtMs === null ? await api.expect(200, Run, "GET", `/v1/runs/${started.id}`) : started;
		const isOver = run.endedAtMs !== null || run.status === "waiting_approval";
		if (isOver && !hasChildren) return { run, calls: await callsOf(run.id) };
		const { data: children } = await api.expect(200, pageOf(RunSummary), "GET", `/v1/runs?parent=${run.id}`);
		if (!isOver && !children.some(({ status }) => status === "waiting_approval")) continue;
		const calls = await Promise.all([run, ...children].map(({ id }) => callsOf(id)));
		return { run, calls: calls.flat() };
	}
	throw new Error(`Waiting for ${started.id}: it neither ended nor waits for a person, wanted one of the two within ${SETTLE_MS} ms`);
};

/** A breath between two looks: the platform shares this machine. */
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

/** Does something for each of them, so many at once; the results in their order. */
export const eachOf = async <Item, Result>(
	items: readonly Item[],
	atOnce: number,
	work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
	const waiting = [...items.entries()];
	const results = new Map<number, Result>();
	const worker = async (): Promise<void> => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.set(next[0], await work(next[1]));
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return items.flatMap((_, at) => {
		const result = results.get(at);
		return result === undefined ? [] : [result];
	});
};
