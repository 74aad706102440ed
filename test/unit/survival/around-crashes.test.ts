import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { listArchivedCalls, readArchivedRun } from "../../../worker/ledger/read-archive.ts";
import { listArchivedApprovals } from "../../../worker/ledger/archived-approvals.ts";
import { heldOf } from "../agents/agent-under-test.ts";
import { type CrashMachine, type Deed, withMachine } from "./crash-machine.ts";
import { attend, expectWhole, seeThrough } from "./see-through.ts";
import { POLICY, STEPS, wholeProgram } from "./whole-program.ts";

const HOUR_MS = 60 * 60 * 1000;
const upTo = (count: number): number[] => Array.from({ length: count }, (_each, index) => index + 1);
const whole = <Answer>(deeds: readonly Deed[], work: (machine: CrashMachine) => Promise<Answer>): Promise<Answer> =>
	withMachine(POLICY, wholeProgram, deeds, work);

describe("a clock that jumps", () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	for (const [what, byMs] of [
		["a day ahead", 24 * HOUR_MS],
		["an hour back", -HOUR_MS],
	] as const) {
		it(`${what} at any step of a run, with the alarm ringing then, spoils nothing`, { timeout: 240_000 }, async () => {
			for (const atStep of upTo(90).filter((step) => step % 10 === 1)) {
				const jump = async (machine: CrashMachine): Promise<void> => {
					vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + byMs, shouldAdvanceTime: true });
					await machine.ring();
				};
				await whole([{ atStep, does: jump }], async (machine) => {
					const runId = await machine.admit();
					await seeThrough(machine, runId);
					await expectWhole(machine, runId).catch((error: unknown) => {
						throw new Error(`at step ${atStep}`, { cause: error });
					});
				});
				vi.useRealTimers();
			}
		});
	}
});

describe("the queue", () => {
	it("may deliver a run as often as it likes, also while it is executed and after its end: it is executed once at a time", async () => {
		let others = 0;
		const again = async (machine: CrashMachine): Promise<void> => {
			const [runId = ""] = machine.admitted;
			others += [await machine.execute(runId), await machine.execute(runId)].filter(Boolean).length;
		};
		await whole(
			[1, 20, 37, 50, 66].map((atStep) => ({ atStep, does: again })),
			async (machine) => {
				const runId = await machine.admit();
				await seeThrough(machine, runId);
				expect(await machine.execute(runId)).toBe(false);
				await expectWhole(machine, runId);
			},
		);
		expect(others).toBe(0);
	});
});

describe("a run that is cancelled", () => {
	it("at any step of it begins no effect from then on, and what waited for a person can be decided no more", {
		timeout: 240_000,
	}, async () => {
		for (const atStep of upTo(88).filter((step) => step % 9 === 0)) {
			let allowed: ReadonlySet<string> = new Set();
			let sent = 0;
			const cancel = async (machine: CrashMachine): Promise<void> => {
				const [runId = ""] = machine.admitted;
				const begun = (await machine.object.calls(runId, 0, 100))?.filter(({ status }) => status === "started") ?? [];
				allowed = new Set(begun.map(({ id }) => id));
				sent = machine.effects.length;
				await machine.object.cancel(runId, "a test");
			};
			await whole([{ atStep, does: cancel }], async (machine) => {
				const runId = await machine.admit();
				await seeThrough(machine, runId);
				expect(await machine.run(runId)).toMatchObject({ status: "cancelled", pendingApprovals: [] });
				const late = machine.effects.slice(sent).map(({ key, step }) => (key === "" ? STEPS.get(step) : key));
				for (const key of late) expect(key === "reads" || allowed.has(key ?? ""), `a request of ${key} after step ${atStep}`).toBe(true);
				await machine.takeUp();
				expect(await heldOf({ ...machine.agent, object: machine.object })).toBe(0);
			});
		}
	});

	it("before a decision makes it settled; after it the call is performed at most once", async () => {
		for (const isFirst of [true, false]) {
			await whole([], async (machine) => {
				const runId = await machine.admit();
				await machine.execute(runId);
				const [pending] = (await machine.run(runId)).pendingApprovals;
				if (pending === undefined) throw new Error("the run waits");
				const command = {
					approvalId: pending.id,
					decision: "approve",
					digest: pending.digest,
					reason: null,
					answer: null,
					scope: null,
					by: "key_a",
				} as const;
				const decide = () => machine.object.decideApproval(machine.agent.entry, command);
				const cancel = () => machine.object.cancel(runId, "a test");
				const [one, other] = isFirst ? [await cancel(), await decide()] : [await decide(), await cancel()];
				expect(isFirst ? other : one).toMatchObject(isFirst ? { code: "approval_settled" } : { kind: "decided", resume: true });
				expect(await machine.execute(runId)).toBe(false);
				expect(machine.effects.filter(({ step }) => step === "asked")).toEqual([]);
				expect(await machine.run(runId)).toMatchObject({ status: "cancelled" });
			});
		}
	});
});

describe("D1 away", () => {
	it("for as long as a run takes: the run ends right, and all of it is in D1 when D1 is back", async () => {
		await whole([], async (machine) => {
			const runId = await machine.admit();
			machine.database = new Proxy(env.DB, {
				get: () => () => {
					throw new Error("D1_ERROR: it is away");
				},
			});
			await seeThrough(machine, runId);
			await expectWhole(machine, runId);
			await machine.archive();
			const { tenantId } = machine.agent.entry;
			expect(await readArchivedRun(env.DB, tenantId, runId)).toBeNull();
			machine.database = env.DB;
			await machine.takeUp();
			await machine.archive();
			expect(await readArchivedRun(env.DB, tenantId, runId)).toEqual(await machine.run(runId));
			expect(await listArchivedCalls(env.DB, tenantId, runId, 0, 100)).toEqual(await machine.object.calls(runId, 0, 100));
			const approvals = await listArchivedApprovals(env.DB, tenantId, { status: null, runId, agentId: null, before: null, most: 10 });
			expect(approvals.map(({ status }) => status)).toEqual(["approved", "approved"]);
		});
	});
});

describe("many runs that are woken at once", () => {
	it("are executed so many at a time, and the others stand in line until it is their turn, also after a crash", {
		timeout: 120_000,
	}, async () => {
		const count = LIMITS.wokenRunsAtOnce + 10;
		await withMachine(
			POLICY,
			({ call }) =>
				call("asked", "fetch", { url: "https://example.com/asked", method: "POST", headers: [], body: null, redirect: "follow" }),
			[],
			async (machine) => {
				const runIds: string[] = [];
				for (const _each of upTo(count)) {
					const runId = await machine.admit();
					await machine.execute(runId);
					runIds.push(runId);
				}
				for (const runId of runIds) await attend(machine, runId);
				expect(machine.woken).toBe(LIMITS.wokenRunsAtOnce);
				expect((await Promise.all(runIds.map((runId) => machine.run(runId)))).map(({ status }) => status)).toEqual(
					Array(count).fill("queued"),
				);
				const [first = "", ...others] = runIds;
				expect(await machine.execute(first)).toBe(true);
				expect(machine.queue).toEqual([others[LIMITS.wokenRunsAtOnce - 1]]);
				await machine.takeUp();
				for (let next = machine.queue.shift(); next !== undefined; next = machine.queue.shift()) await machine.execute(next);
				expect((await Promise.all(runIds.map((runId) => machine.run(runId)))).map(({ status }) => status)).toEqual(
					Array(count).fill("succeeded"),
				);
				expect(machine.effects).toHaveLength(count);
			},
		);
	});
});
