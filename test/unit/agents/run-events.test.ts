import { describe, expect, it } from "vitest";
import type { ToldEvent } from "../../../contract/events.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import { makeAgent } from "./agent-under-test.ts";
import { admitTo, note, put, type RunUnderTest } from "./run-under-test.ts";

const GRANTS = { memory: { verb: "state" }, note: { verb: "state", approval: "always" } } as const;
const start = async (overrides: Parameters<typeof admitTo>[1] = {}): Promise<RunUnderTest> =>
	admitTo(await makeAgent({ grants: GRANTS }), overrides);
const toldBy = (run: RunUnderTest): Promise<ToldEvent[]> => run.inside((state) => state.events.next(100));

const ends: readonly (readonly [type: string, end: Partial<FinishCommand>, code: string | null])[] = [
	["run.succeeded", {}, null],
	["run.failed", { status: "failed", error: runError("program_threw", "it threw") }, "program_threw"],
	["run.timed_out", { status: "timed_out", error: runError("wall_time_exceeded", "too long") }, "wall_time_exceeded"],
];

describe("the end of a run", () => {
	it.each(ends)("is told once, as %s, with how it stands and nothing that its program wrote", async (type, end, errorCode) => {
		const run = await start({ metadata: { order: "7" }, hops: 2 });
		await run.ask(1, put("a", 1));
		const { run: ended } = await run.finish(end);
		await run.finish(end);
		const [told, ...rest] = await toldBy(run);
		expect(rest).toEqual([]);
		const { id, status, usage, createdAtMs, startedAtMs, endedAtMs } = ended;
		expect(told).toMatchObject({ hops: 2, event: { type, run: id, agent: run.agent.entry.agentId } });
		expect(told?.event.data).toMatchObject({ status, errorCode, usage, createdAtMs, startedAtMs, endedAtMs, metadata: { order: "7" } });
		expect(JSON.stringify(told?.event)).not.toMatch(/it threw|too long|hello/);
		expect(told?.result).toBe(type === "run.succeeded" ? '{"answer":42}' : null);
	});

	it("is told when somebody cancels it while it is executed, once it is settled", async () => {
		const run = await start();
		await run.agent.object.cancel(run.runId, "enough");
		await run.finish({ status: "cancelled", error: runError("cancelled", "enough") });
		expect((await toldBy(run)).map(({ event }) => event.type)).toEqual(["run.cancelled"]);
	});

	it("is told with its result up to the bound, counted in bytes, and without it past that", async () => {
		const euros = (bytes: number): string => "\u20ac".repeat((bytes - 2) / 3) + "x".repeat((bytes - 2) % 3);
		for (const [bytes, isThere] of [
			[LIMITS.eventResultBytes, true],
			[LIMITS.eventResultBytes + 1, false],
		] as const) {
			const run = await start();
			await run.finish({ result: euros(bytes) });
			expect((await toldBy(run)).map(({ result }) => result !== null)).toEqual([isThere]);
		}
	});

	it("is not told of a replay", async () => {
		const run = await start({ mode: "replay", origin: null });
		await run.finish();
		expect(await toldBy(run)).toEqual([]);
	});
});

describe("a call that waits for a person", () => {
	it("is told in the step that asks, with the approval's id, before the run's end and with a lower number", async () => {
		const run = await start();
		const waiting = await run.waits(1, note("a"));
		const approval = (await run.agent.object.run(run.runId))?.pendingApproval;
		expect(approval?.call).toBe(waiting);
		await run.finish({ status: "failed", error: runError("program_threw", "it threw") });
		const told = await toldBy(run);
		expect(told.map(({ event }) => event.type)).toEqual(["run.waiting_approval", "run.failed"]);
		expect(told[0]?.event.data).toMatchObject({ status: "waiting_approval", approval: approval?.id, endedAtMs: null });
		const numbers = told.map(({ event }) => ("sequence" in event.data ? event.data.sequence : -1));
		expect(numbers[0]).toBeLessThan(numbers[1] ?? 0);
	});
});
