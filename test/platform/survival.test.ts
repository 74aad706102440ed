import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Run } from "../../contract/runs.ts";
import { STEPS, wholeLines, wholeResult, wholeRun, writesRun } from "./fault-agents.ts";
import { expectWhole, getRun, listRuns } from "./fault-checks.ts";
import { approve, seeThrough } from "./fault-people.ts";
import { executorsIn, killNow, until } from "./fault-processes.ts";
import { startRandom } from "./fault-random.ts";
import { type FaultSite, startFaultSite } from "./fault-site.ts";

const TEST_MS = 480_000;
/** Every moment of a death, and fifty runs that wait; without, some of them. */
const isFull = process.env["CORDON_SIMULATION"] === "full";
const PARKED = isFull ? 50 : 24;
const STEP_NAMES = Object.keys(STEPS);

const begin = (site: FaultSite, mark: string): Promise<Run> => site.api.run(wholeRun(site.upstream.host, mark));

/** Brings a run to the step that is held: what comes before it may want a decision. */
const bringTo = async (site: FaultSite, { id }: Run, arrived: Promise<void>): Promise<void> => {
	let isThere = false;
	void arrived.then(() => {
		isThere = true;
	});
	await until(`${id} at its step`, 120_000, async () => {
		if (isThere) return true;
		const { pendingApprovals } = await getRun(site.api, id);
		for (const approval of pendingApprovals) await approve(site.api, approval);
		return null;
	});
};

/** Every run has ended with the result and the lines of one whole execution, and the far side saw what the ledger says. */
const expectSurvived = async (site: FaultSite, marks: readonly string[], runs: readonly Run[]): Promise<void> => {
	for (const [index, run] of runs.entries()) {
		const mark = marks[index] ?? "";
		expect({ mark, status: run.status, error: run.error, result: run.result }).toEqual({
			mark,
			status: "succeeded",
			error: null,
			result: wholeResult(mark),
		});
		expect(run.logs.map(({ text }) => text)).toEqual(wholeLines(mark));
	}
	const writes = await site.api.run(writesRun());
	expect(writes).toMatchObject({ status: "succeeded", result: runs.length + 1 });
	const counts = await expectWhole(site.api, [...runs, writes], site.upstream.effects);
	expect(counts).toEqual(new Map([["done", STEP_NAMES.length * runs.length]]));
};

describe.concurrent("a run is taken up from its journal and ends right, with each effect once", () => {
	test("when its executor is killed at any request, before it is answered and after", { timeout: TEST_MS }, async () => {
		await using site = await startFaultSite(1);
		const marks: string[] = [];
		const runs: Run[] = [];
		for (const when of ["before", "after"] as const) {
			for (const step of STEP_NAMES) {
				const mark = `${when}-${step}`;
				const held = site.upstream.hold(mark, step);
				const run = await begin(site, mark);
				await bringTo(site, run, held.arrived);
				if (when === "after") await held.answer();
				for (const executor of executorsIn(site.platform.pid)) killNow(executor);
				if (when === "before") await held.answer();
				marks.push(mark);
				runs.push(...(await seeThrough(site.api, site.upstream, [run.id])));
			}
		}
		await expectSurvived(site, marks, runs);
		// The host lives on, so nothing of it happened twice, whatever may be repeated.
		expect(site.upstream.effects).toHaveLength(STEP_NAMES.length * runs.length);
	});

	test("when the whole platform is killed at every request of it, before it is answered and after, and at random moments; a retry of a request finds its run", {
		timeout: TEST_MS,
	}, async () => {
		await using site = await startFaultSite(STEP_NAMES.length);
		const random = startRandom();
		const afterMss = isFull ? [null, 0, 10] : [null, random.below(2) * 10];
		const acknowledged = new Map<string, string>();
		const unanswered: string[] = [];
		const post = async (mark: string): Promise<void> => {
			const request = wholeRun(site.upstream.host, mark);
			const answer = await site.api.request("POST", "/v1/runs", request, { "idempotency-key": mark }).catch(() => null);
			// The control plane may outlive the supervisor by an instant: it then says that no executor took the run, and has begun nothing.
			if (answer === null || answer.status === 503) unanswered.push(mark);
			else if (answer.status === 201 || answer.status === 202) acknowledged.set(mark, Run.parse(answer.body).id);
			else throw new Error(`POST /v1/runs: found ${answer.status} ${JSON.stringify(answer.body)}, wanted 201, 202 or 503`);
		};
		for (const afterMs of afterMss) {
			const held = STEP_NAMES.map((step) => ({ mark: `${afterMs}-${step}`, hold: site.upstream.hold(`${afterMs}-${step}`, step) }));
			await Promise.all(
				held.map(async ({ mark, hold }) => {
					const run = await begin(site, mark);
					acknowledged.set(mark, run.id);
					await bringTo(site, run, hold.arrived);
				}),
			);
			if (afterMs !== null) {
				await Promise.all(held.map(({ hold }) => hold.answer()));
				await setTimeout(afterMs);
			}
			const posts = [0, 1, 2, 3, 4].map((index) => setTimeout(random.below(20)).then(() => post(`${afterMs}-late-${index}`)));
			await Promise.all([setTimeout(random.below(20)).then(() => site.crash()), ...posts]);
		}
		console.log(`seed ${random.seed}: ${acknowledged.size} answered, ${unanswered.length} not, ${site.upstream.effects.length} requests`);
		for (const mark of unanswered) {
			const request = wholeRun(site.upstream.host, mark);
			const [one, other] = await Promise.all([0, 1].map(() => site.api.run(request, { "idempotency-key": mark })));
			expect(one?.id).toBe(other?.id);
			if (one !== undefined) acknowledged.set(mark, one.id);
		}
		expect(new Set(acknowledged.values()).size).toBe(afterMss.length * (STEP_NAMES.length + 5));
		const runs = await seeThrough(site.api, site.upstream, [...acknowledged.values()]);
		await expectSurvived(site, [...acknowledged.keys()], runs);
		expect(await listRuns(site.api)).toHaveLength(acknowledged.size + 1);
	});

	test("when it is killed while many runs wait for a person, and while they are decided: each approved effect happens once", {
		timeout: TEST_MS,
	}, async () => {
		await using site = await startFaultSite(4);
		const marks = Array.from({ length: PARKED }, (_each, index) => `parked-${index}`);
		const started = await Promise.all(marks.map((mark) => begin(site, mark)));
		const ids = started.map(({ id }) => id);
		const waiting = (): Promise<Run[]> => Promise.all(ids.map((id) => getRun(site.api, id)));
		await until("all runs to wait", 120_000, async () =>
			(await waiting()).every(({ status }) => status === "waiting_approval") ? true : null,
		);
		expect(site.upstream.effects.filter(({ step }) => step === "asked")).toEqual([]);
		await site.crash();
		const after = await waiting();
		expect(new Set(after.map(({ status }) => status))).toEqual(new Set(["waiting_approval"]));
		const half = after.slice(0, PARKED / 2).flatMap(({ pendingApprovals }) => pendingApprovals);
		await Promise.all(half.map((approval) => approve(site.api, approval)));
		await site.crash();
		const runs = await seeThrough(site.api, site.upstream, ids);
		await expectSurvived(site, marks, runs);
		expect(site.upstream.effects.filter(({ step }) => step === "asked")).toHaveLength(PARKED);
	});
});
