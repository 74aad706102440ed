import { expect, test } from "vitest";
import { pageOf } from "../../contract/common.ts";
import { Run, RunSummary } from "../../contract/runs.ts";
import { Schedule } from "../../contract/schedules.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { startFaultSite } from "./fault-site.ts";
import { runEnded } from "./run-to-end.ts";
import { allPages, makeAgent, pollUntil } from "./start-platform.ts";

const EVERY_MS = 10_000;

/** The runs that a schedule has started by its cron: by the times that it names. */
const tickedRuns = async (api: ApiClient, { id, agent }: Schedule, apart: string): Promise<RunSummary[]> => {
	const runs = await allPages(api, `/v1/runs?schedule=${id}&agent=${agent}`, RunSummary, 100);
	return runs.filter((run) => run.id !== apart).sort((one, other) => tickOf(one) - tickOf(other));
};

const tickOf = ({ metadata }: Pick<Run, "metadata">): number => Number(metadata["tickMs"]);

test("a schedule starts one run at each of its times, though the platform is killed between them, and one at once when it is told to", {
	timeout: 180_000,
}, async () => {
	await using site = await startFaultSite();
	await makeAgent(site.api, { name: "clockwork", program: "export default (input) => input" });
	const body = { agent: "clockwork", name: "each-ten-seconds", cron: "*/10 * * * * *", catchUp: "once" };
	const schedule = await site.api.expect(201, Schedule, "POST", "/v1/schedules", body);
	expect(schedule.next).toHaveLength(10);
	const [first = 0] = schedule.next;
	expect(schedule.next).toEqual(schedule.next.map((_tick, index) => first + index * EVERY_MS));

	const atOnce = await site.api.expect(202, Run, "POST", `/v1/schedules/${schedule.id}/run`);
	const ended = await runEnded(site.api, atOnce.id);
	expect(ended).toMatchObject({ status: "succeeded", schedule: schedule.id, result: { schedule: schedule.id, tickMs: tickOf(ended) } });

	const readSchedule = (): Promise<Schedule> => site.api.expect(200, Schedule, "GET", `/v1/schedules/${schedule.id}`);
	const ticked = await pollUntil(readSchedule, ({ last }) => last?.outcome === "started");
	expect(ticked.last).toMatchObject({ outcome: "started", code: null });
	await site.crash();

	const wanted = (ticked.last?.tickMs ?? 0) + 2 * EVERY_MS;
	const later = await pollUntil(readSchedule, ({ last }) => last?.outcome === "started" && last.tickMs >= wanted, 60_000);
	expect(later.last?.tickMs).toBeGreaterThanOrEqual(wanted);
	const paused = await site.api.expect(200, Schedule, "POST", `/v1/schedules/${schedule.id}/pause`);
	expect(paused).toMatchObject({ status: "paused", next: [] });
	expect((await site.api.expect(200, pageOf(Schedule), "GET", "/v1/schedules")).data).toEqual([paused]);

	const isOver = (runs: readonly RunSummary[]): boolean =>
		runs.length > 0 && runs.every(({ endedAtMs }) => endedAtMs !== null) && tickOf(runs.at(-1) ?? atOnce) >= (paused.last?.tickMs ?? 0);
	const runs = await pollUntil(() => tickedRuns(site.api, schedule, atOnce.id), isOver, 60_000);
	expect(runs.map(tickOf)).toEqual(runs.map((_run, index) => first + index * EVERY_MS));
	expect(runs.map(({ status }) => status)).toEqual(runs.map(() => "succeeded"));
	expect(tickOf(runs.at(-1) ?? atOnce)).toBe(paused.last?.tickMs);
});
