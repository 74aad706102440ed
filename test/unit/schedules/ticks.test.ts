import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { changeSchedule } from "../../../worker/agents/object/change-schedule.ts";
import { changeAgent } from "../../../worker/agents/object/configure.ts";
import { admitTick, failTick } from "../../../worker/agents/object/settle-tick.ts";
import { nextAlarm } from "../../../worker/agents/object/take-up.ts";
import { admitCommand } from "../agents/admit-command.ts";
import { at, inScene, type ScheduleScene } from "./schedule-scene.ts";

const NOON = at("2027-01-15T12:00:00Z");
const MINUTE = 60_000;

/** A sequence of numbers below one, the same for each test. */
const chance = (seed: number) => (): number => {
	seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
	return seed / 2 ** 32;
};

const admit = (scene: ScheduleScene, runId: string, nowMs: number) =>
	scene.state.step(() => admitTick(scene.state, admitCommand(runId, { lineUp: true, executesUpToMs: 0 }), nowMs));

const runsOf = ({ storage }: ScheduleScene): unknown[] => storage.sql.exec("SELECT id FROM runs ORDER BY id").toArray();

describe("a schedule's ticks", () => {
	it("come at the times of the cron, without drift, though the alarm is late each of a thousand times", () =>
		inScene((scene) => {
			const random = chance(7);
			const id = scene.make("*/10 * * * * *", {}, NOON);
			const ticks: number[] = [];
			while (ticks.length < 1_000) {
				const ringsAtMs = (scene.state.schedules.get(id)?.next_at_ms ?? 0) + Math.floor(random() * LIMITS.scheduleLateMs);
				for (const tick of scene.ring(ringsAtMs)) {
					ticks.push(tick.tickMs);
					admit(scene, tick.runId, ringsAtMs);
					scene.storage.sql.exec("DELETE FROM runs");
				}
			}
			expect(ticks).toEqual(Array.from({ length: ticks.length }, (_each, index) => NOON + (index + 1) * 10_000));
		}));

	it("are all made that are less than a minute late, each with a run of its own", () =>
		inScene((scene) => {
			scene.make("*/10 * * * * *", {}, NOON);
			const ticks = scene.ring(NOON + 10_000 + LIMITS.scheduleLateMs);
			expect(ticks.map(({ tickMs }) => tickMs - NOON)).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
			expect(new Set(ticks.map(({ runId }) => runId)).size).toBe(7);
		}));

	it("are made once, however often the alarm rings", () =>
		inScene((scene) => {
			scene.make("* * * * *", {}, NOON);
			expect(scene.ring(NOON + MINUTE - 1)).toEqual([]);
			expect(scene.ring(NOON + MINUTE)).toHaveLength(1);
			scene.evict();
			expect(scene.ring(NOON + MINUTE)).toEqual([]);
			expect(scene.ring(NOON + MINUTE + 1)).toEqual([]);
		}));

	it("start one run, though the object dies between the tick and its run, and two start it", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			const [first] = scene.ring(NOON + MINUTE);
			if (first === undefined) throw new Error("a tick is due");
			expect(scene.schedule(id).last).toMatchObject({ tickMs: NOON + MINUTE, run: first.runId, outcome: "waiting" });
			scene.evict();
			expect(nextAlarm(scene.state, NOON + MINUTE, 2_000)).toBeLessThanOrEqual(NOON + MINUTE + LIMITS.tickRetryMs.first);
			const again = scene.ring(NOON + MINUTE + LIMITS.tickRetryMs.first);
			expect(again).toEqual([first]);
			expect(admit(scene, first.runId, NOON + MINUTE).kind).toBe("queue");
			expect(admit(scene, first.runId, NOON + MINUTE)).toEqual({ kind: "gone" });
			expect(runsOf(scene)).toEqual([{ id: first.runId }]);
			expect(scene.schedule(id).last).toMatchObject({ run: first.runId, outcome: "started" });
		}));

	it("start nothing a second time when the run they started is forgotten", () =>
		inScene((scene) => {
			scene.make("* * * * *", {}, NOON);
			const [tick] = scene.ring(NOON + MINUTE);
			if (tick === undefined) throw new Error("a tick is due");
			admit(scene, tick.runId, NOON + MINUTE);
			scene.storage.sql.exec("DELETE FROM runs");
			scene.evict();
			expect(admit(scene, tick.runId, NOON + 20 * MINUTE)).toEqual({ kind: "gone" });
			expect(runsOf(scene)).toEqual([]);
		}));

	it("are not made again by a clock that goes back, nor by a change of the cron then", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			scene.ring(NOON + MINUTE);
			expect(scene.ring(NOON)).toEqual([]);
			scene.state.step(() => changeSchedule(scene.state, id, { kind: "settings", settings: { cron: "*/1 * * * *" } }, NOON));
			expect(scene.schedule(id).next[0]).toBe(NOON + 2 * MINUTE);
		}));

	it("are started a few at once where very many are due", () =>
		inScene((scene) => {
			for (let index = 0; index < LIMITS.ticksAtOnce + 3; index += 1) scene.make("* * * * *", {}, NOON);
			expect(scene.ring(NOON + MINUTE)).toHaveLength(LIMITS.ticksAtOnce);
			expect(scene.ring(NOON + MINUTE)).toEqual([]);
			expect(scene.ring(NOON + MINUTE + 500)).toHaveLength(3);
		}));
});

/** What the agent's tenant is told of its schedules. */
const toldBy = ({ state }: ScheduleScene): unknown[] =>
	state.events.next(100).flatMap(({ event }) => (event.type === "schedule.failed" ? [event.data] : []));

describe("ticks that were missed", () => {
	it("are let be with catchUp skip, but for those of the last minute", () =>
		inScene((scene) => {
			const id = scene.make("0 */10 * * * *", { catchUp: "skip" }, NOON);
			expect(scene.ring(NOON + 65 * MINUTE)).toEqual([]);
			expect(scene.schedule(id).last).toMatchObject({ tickMs: NOON + 60 * MINUTE, run: null, outcome: "missed" });
			expect(scene.schedule(id).next[0]).toBe(NOON + 70 * MINUTE);
			expect(toldBy(scene)).toEqual([{ schedule: id, tickMs: NOON + 60 * MINUTE, outcome: "missed", code: null }]);
			expect(scene.ring(NOON + 131 * MINUTE).map(({ tickMs }) => tickMs)).toEqual([NOON + 130 * MINUTE]);
		}));

	it("are one run for all of them with catchUp once, that of the latest", () =>
		inScene((scene) => {
			const id = scene.make("*/10 * * * * *", { catchUp: "once" }, NOON);
			const weekLater = NOON + 7 * 24 * 60 * MINUTE + 3_000;
			expect(scene.ring(weekLater).map(({ tickMs }) => tickMs)).toEqual([weekLater - 3_000]);
			expect(scene.schedule(id).next[0]).toBe(weekLater + 7_000);
			expect(toldBy(scene)).toEqual([]);
			expect(scene.ring(weekLater + 7_000)).toHaveLength(1);
		}));

	it("begin one millisecond past the bound", () =>
		inScene((scene) => {
			scene.make("0 0 * * *", { catchUp: "skip" }, NOON);
			const midnight = at("2027-01-16T00:00:00Z");
			expect(scene.ring(midnight + LIMITS.scheduleLateMs + 1)).toEqual([]);
			expect(scene.ring(midnight + 24 * 60 * MINUTE + LIMITS.scheduleLateMs)).toHaveLength(1);
		}));
});

describe("a schedule that is stopped", () => {
	it("starts nothing while it is paused, nor what was due before, and has missed nothing when it goes on", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", { catchUp: "once" }, NOON);
			const [tick] = scene.ring(NOON + MINUTE);
			scene.state.step(() => changeSchedule(scene.state, id, { kind: "pause" }, NOON + MINUTE + 1));
			expect(scene.schedule(id)).toMatchObject({ status: "paused", next: [], last: { outcome: "skipped", run: null } });
			expect(admit(scene, tick?.runId ?? "", NOON + MINUTE + 2)).toEqual({ kind: "gone" });
			expect(scene.ring(NOON + 60 * MINUTE)).toEqual([]);
			scene.state.step(() => changeSchedule(scene.state, id, { kind: "resume" }, NOON + 60 * MINUTE + 1));
			expect(scene.ring(NOON + 60 * MINUTE + 2)).toEqual([]);
			expect(scene.schedule(id).next[0]).toBe(NOON + 61 * MINUTE);
			expect(toldBy(scene)).toEqual([]);
		}));

	it("says that its agent was disabled, starts nothing, and goes on when it is enabled", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			scene.state.step(() => changeAgent(scene.state, { status: "disabled" }, NOON));
			expect(scene.ring(NOON + MINUTE)).toEqual([]);
			expect(scene.schedule(id).last).toMatchObject({ tickMs: NOON + MINUTE, outcome: "skipped", code: "agent_disabled" });
			expect(toldBy(scene)).toEqual([]);
			scene.state.step(() => changeAgent(scene.state, { status: "active" }, NOON + MINUTE));
			expect(scene.ring(NOON + 2 * MINUTE)).toHaveLength(1);
		}));

	it("starts nothing of what was due when its tenant is suspended", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			const [tick] = scene.ring(NOON + MINUTE);
			scene.state.facts.putSuspended(true);
			const answer = admit(scene, tick?.runId ?? "", NOON + MINUTE);
			if (answer.kind !== "refused") throw new Error("it is to be refused");
			scene.state.step(() => failTick(scene.state, tick?.runId ?? "", answer, NOON + MINUTE));
			expect(scene.schedule(id).last).toMatchObject({ outcome: "skipped", code: "tenant_suspended" });
			expect(scene.ring(NOON + 2 * MINUTE)).toEqual([]);
		}));

	it("ends with its agent", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			scene.state.step(() => changeAgent(scene.state, { status: "archived" }, NOON));
			expect(scene.ring(NOON + MINUTE)).toEqual([]);
			expect(scene.state.schedules.get(id)?.status).toBe("deleted");
		}));

	it("is paused when its time zone is lost, and the others tick on", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			scene.make("* * * * *", {}, NOON);
			scene.storage.sql.exec("UPDATE schedules SET settings = json_set(settings, '$.timeZone', 'Nowhere/Town') WHERE id = ?", id);
			expect(scene.ring(NOON + MINUTE)).toHaveLength(1);
			expect(scene.state.schedules.get(id)).toMatchObject({ status: "paused", next_at_ms: null, last: { outcome: "failed" } });
			expect(toldBy(scene)).toEqual([{ schedule: id, tickMs: NOON + MINUTE, outcome: "failed", code: "internal" }]);
		}));
});

describe("a tick that cannot be started", () => {
	it("is tried again for an hour, further and further apart, while the reason may pass", () =>
		inScene((scene) => {
			const id = scene.make("0 12 15 1 *", { catchUp: "once" }, NOON - MINUTE);
			const tries: number[] = [];
			for (let nowMs = NOON; nowMs <= NOON + 2 * LIMITS.tickTryMs; nowMs += 5_000)
				for (const { runId } of scene.ring(nowMs)) {
					tries.push((nowMs - NOON) / 1_000);
					scene.state.step(() => failTick(scene.state, runId, { code: "no_executor", message: "none" }, nowMs));
					if (nowMs < NOON + LIMITS.tickTryMs)
						expect(scene.schedule(id).last).toMatchObject({ outcome: "waiting", code: "no_executor", run: runId });
				}
			expect(tries.slice(0, 7)).toEqual([0, 15, 45, 105, 225, 465, 765]);
			expect(tries.at(-1)).toBeGreaterThanOrEqual(LIMITS.tickTryMs / 1_000);
			expect(tries.length).toBeLessThan(20);
			expect(scene.schedule(id).last).toMatchObject({ outcome: "failed", code: "no_executor", run: null });
			expect(toldBy(scene)).toEqual([{ schedule: id, tickMs: NOON, outcome: "failed", code: "no_executor" }]);
		}));

	it("is given up at once where nothing passes", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			const [tick] = scene.ring(NOON + MINUTE);
			scene.state.step(() => failTick(scene.state, tick?.runId ?? "", { code: "invalid_program", message: "line 1" }, NOON + MINUTE));
			expect(scene.schedule(id).last).toMatchObject({ outcome: "failed", code: "invalid_program", message: "line 1" });
			expect(scene.ring(NOON + MINUTE + 59_000)).toEqual([]);
		}));

	it("is told when the one before did not fail as it did: the first of a row of equal failures", () =>
		inScene((scene) => {
			const id = scene.make("*/10 * * * * *", { catchUp: "skip" }, NOON);
			const ringAt = (ms: number, end: "start" | "invalid_program" | "not_found"): void => {
				for (const { runId } of scene.ring(NOON + ms))
					if (end === "start") admit(scene, runId, NOON + ms);
					else scene.state.step(() => failTick(scene.state, runId, { code: end, message: "" }, NOON + ms));
				scene.evict();
			};
			for (const ms of [10_000, 20_000, 30_000]) ringAt(ms, "invalid_program");
			ringAt(40_000, "not_found");
			ringAt(50_000, "invalid_program");
			ringAt(60_000, "start");
			for (const ms of [70_000, 80_000]) ringAt(ms, "invalid_program");
			scene.state.step(() => changeAgent(scene.state, { status: "disabled" }, NOON));
			ringAt(90_000, "start");
			scene.state.step(() => changeAgent(scene.state, { status: "active" }, NOON));
			for (const ms of [100_000, 110_000]) ringAt(ms, "invalid_program");
			expect(toldBy(scene)).toMatchObject([
				{ schedule: id, tickMs: NOON + 10_000, code: "invalid_program" },
				{ tickMs: NOON + 40_000, code: "not_found" },
				{ tickMs: NOON + 50_000, code: "invalid_program" },
				{ tickMs: NOON + 70_000, code: "invalid_program" },
				{ tickMs: NOON + 100_000, code: "invalid_program" },
			]);
		}));

	it.each([
		[LIMITS.scheduleToldMs - 1, 1],
		[LIMITS.scheduleToldMs, 2],
	])("%i ms after an equal failure was told makes %i events of them", (laterMs, events) =>
		inScene((scene) => {
			scene.make("* * * * *", {}, NOON);
			const ticks = scene.ring(NOON + 2 * MINUTE);
			for (const [index, { runId }] of ticks.entries()) {
				const error = { code: "invalid_program", message: "" } as const;
				scene.state.step(() => failTick(scene.state, runId, error, NOON + index * laterMs));
			}
			expect([ticks.length, toldBy(scene).length]).toEqual([2, events]);
		}),
	);

	it("says nothing over a later one", () =>
		inScene((scene) => {
			const id = scene.make("* * * * *", {}, NOON);
			const [early] = scene.ring(NOON + MINUTE);
			const late = scene.ring(NOON + 2 * MINUTE).find(({ tickMs }) => tickMs === NOON + 2 * MINUTE);
			admit(scene, late?.runId ?? "", NOON + 2 * MINUTE);
			scene.state.step(() => failTick(scene.state, early?.runId ?? "", { code: "invalid_program", message: "" }, NOON + 2 * MINUTE));
			expect(scene.schedule(id).last).toMatchObject({ tickMs: NOON + 2 * MINUTE, outcome: "started" });
			expect(toldBy(scene)).toEqual([{ schedule: id, tickMs: NOON + MINUTE, outcome: "failed", code: "invalid_program" }]);
		}));
});
