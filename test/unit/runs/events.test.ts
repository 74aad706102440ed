import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Approval } from "../../../contract/approvals.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { newRoutedId } from "../../../contract/ids.ts";
import type { Call, Run, RunLog } from "../../../contract/runs.ts";
import type { RunNews } from "../../../worker/agents/object/follow-run.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { type RunCursor, type RunView, viewRun } from "../../../worker/agents/object/run-changes.ts";
import type { RunRow } from "../../../worker/agents/object/run-rows.ts";
import { RunState } from "../../../worker/agents/object/run-state.ts";
import { writeArchive } from "../../../worker/ledger/write-archive.ts";
import { archivedNews } from "../../../worker/runs/events/archived-news.ts";
import { eventId, readEventId, START } from "../../../worker/runs/events/event-id.ts";
import { listEvents, type RunEvent } from "../../../worker/runs/events/list-events.ts";
import { type AgentUnderTest, makeAgent } from "../agents/agent-under-test.ts";

const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;

/** Works on the rows of an agent's object as its steps do. */
const within = async (agent: AgentUnderTest, work: (state: ObjectState) => void): Promise<void> => {
	await agent.object.agent(agent.entry);
	if (!isStub(agent.object)) throw new Error("the agent's object is a stub");
	await runInDurableObject(agent.object, (_instance, { storage }) => work(new ObjectState(storage, env.TENANTS)));
};

/** A source of numbers that a seed says all of. */
const dice = (seed: number): ((sides: number) => number) => {
	let state = seed * 2_654_435_761 + 1;
	return (sides) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * sides);
	};
};

/** A run whose rows change as a run's rows do, step by step. */
class LivelyRun {
	readonly lines: RunLog[] = [];
	readonly calls = new Map<number, Call>();
	readonly approvals = new Map<number, Approval>();
	readonly id: string;
	readonly #state: ObjectState;
	readonly #locator: string;
	#row: RunRow;
	#changes = 0;

	constructor(state: ObjectState, agent: AgentUnderTest) {
		this.#state = state;
		this.#locator = agent.locator;
		this.id = agent.newRunId();
		const empty = { cpuMs: 0, wallMs: 0, calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };
		this.#row = {
			...{ id: this.id, status: "queued", attempt: 1, claimed: 1, revision: 1, settled: 0, archived_revision: 0 },
			...{ lease_expires_at_ms: null, created_at_ms: 1, ended_at_ms: null, result: null, logs: [] },
			state: RunState.parse({
				...{ grants: [], labels: [], limits: { wallMs: 1, cpuMs: 1, memoryMb: 1, calls: 1 }, policyVersion: 1, programDigest: "" },
				...{ metadata: {}, startedAtMs: null, error: null, usage: empty, logsTruncated: false, callCount: 1, callsByGrant: {} },
			}),
		};
		state.runs.insert(this.#row);
	}

	turn(part: Partial<RunRow>): void {
		this.#row = this.#state.runs.updateWithOutcome({ ...this.#row, ...part });
	}

	print(): void {
		this.lines.push({ seq: this.lines.length + 1, atMs: Date.now(), level: "log", text: `line ${this.lines.length + 1}` });
		this.#state.liveLogs.append(this.id, this.lines);
	}

	begin(isAsked: boolean): void {
		const seq = this.calls.size + 1;
		const call: Call = {
			...{ id: newRoutedId("cal", this.#locator), run: this.id, seq, grant: "web", verb: "http.fetch", method: "fetch", args: "[]" },
			...{ argsDigest: "", decision: "allowed", rule: null, status: isAsked ? "waiting" : "started", effect: "write", nth: 1 },
			...{ approval: null, error: null, cost: { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 }, startedAtMs: Date.now() },
			...{ endedAtMs: null, entry: null, hash: null, previousHash: null },
		};
		const entry = { kind: "", place: seq, seen: 1, asked: 1, choices: 0, idempotent: false, args: "[]", answer: null };
		this.#state.calls.insert(call, entry, ++this.#changes);
		this.calls.set(seq, call);
		if (isAsked) this.#ask(call);
	}

	#ask(call: Call): void {
		const approval: Approval = {
			...{ id: newRoutedId("apr", this.#locator), run: this.id, agent: call.id.replace("cal", "agt"), call: call.id, status: "pending" },
			...{ grant: "web", verb: "http.fetch", method: "fetch", args: "[]", digest: "", policyVersion: 1, programDigest: "", rule: "always" },
			...{ question: null, createdAtMs: 1, expiresAtMs: 2, decidedAtMs: null, decidedBy: null, reason: null, scopedApproval: null },
			agent: `agt_${"0".repeat(26)}`,
		};
		this.#state.approvals.insert(approval);
		this.approvals.set(call.seq, approval);
	}

	change(seq: number, status: Call["status"]): void {
		const call = this.calls.get(seq);
		if (call === undefined || call.endedAtMs !== null) return;
		const endedAtMs = status === "done" || status === "denied" ? Date.now() : null;
		const changed: Call = { ...call, status, endedAtMs, cost: { ...call.cost, tokens: call.cost.tokens + 1 } };
		this.#state.calls.update(changed, ++this.#changes);
		this.calls.set(seq, changed);
	}

	decide(seq: number, status: Approval["status"]): void {
		const approval = this.approvals.get(seq);
		if (approval?.status !== "pending") return;
		this.approvals.set(seq, { ...approval, status });
		this.#state.approvals.update({ ...approval, status });
	}

	end(): void {
		for (const seq of this.calls.keys()) {
			this.decide(seq, "cancelled");
			this.change(seq, "denied");
		}
		this.turn({ status: "succeeded", ended_at_ms: Date.now(), settled: 1, logs: this.lines });
		this.#state.liveLogs.forget(this.id);
	}
}

/** One of many things that can happen to a run. */
const happen = (run: LivelyRun, roll: (sides: number) => number): void => {
	const someCall = (): number => 1 + roll(Math.max(1, run.calls.size));
	const happenings: (() => void)[] = [
		() => run.print(),
		() => run.print(),
		() => run.begin(false),
		() => run.begin(true),
		() => run.change(someCall(), "started"),
		() => run.change(someCall(), "unknown"),
		() => run.change(someCall(), "done"),
		() => run.decide(someCall(), "approved"),
		() => run.decide(someCall(), "denied"),
		() => run.turn({ status: "waiting_approval" }),
		() => run.turn({ status: "running", attempt: 1 + roll(3) }),
	];
	happenings[roll(happenings.length)]?.();
};

/** A reader that is cut off wherever the dice say, and comes back with the last id that it got. */
class CutReader {
	readonly events: RunEvent[] = [];
	#cursor: RunCursor = START;

	look(state: ObjectState, runId: string, most: number): number {
		return this.#take(viewRun(state, runId, this.#cursor, Date.now()), most);
	}

	/** The same when the archive alone has the run. */
	async lookBack(news: (cursor: RunCursor) => Promise<RunNews>, most: number): Promise<number> {
		const found = await news(this.#cursor);
		return this.#take(found.kind === "view" ? found.view : null, most);
	}

	#take(view: RunView | null, most: number): number {
		const events = view === null ? [] : listEvents(view, this.#cursor).slice(0, most);
		const last = events.at(-1);
		const resumed = last === undefined ? this.#cursor : readEventId(eventId(last.after));
		if (resumed === null) throw new Error("an id that was sent cannot be read");
		this.#cursor = resumed;
		this.events.push(...events);
		return events.length;
	}
}

const dataOf = (events: readonly RunEvent[], event: RunEvent["event"]): object[] =>
	events.filter((each) => each.event === event).map(({ text }) => z.object().loose().parse(JSON.parse(text)));

const lastOf = (events: readonly RunEvent[], event: RunEvent["event"], key: (data: object) => unknown): Map<unknown, object> =>
	new Map(dataOf(events, event).map((data) => [key(data), data]));

const expectWhole = (events: readonly RunEvent[], run: LivelyRun): void => {
	expect(dataOf(events, "log")).toEqual(run.lines);
	const calls = lastOf(events, "call", (data) => ("seq" in data ? data.seq : 0));
	expect([...calls].toSorted(([one], [other]) => Number(one) - Number(other))).toEqual([...run.calls]);
	const told = [...lastOf(events, "approval", (data) => ("id" in data ? data.id : "")).values()].map(
		(data) => "status" in data && data.status,
	);
	expect(told.toSorted()).toEqual([...run.approvals.values()].map(({ status }) => status).toSorted());
	expect(events.filter(({ event }) => event === "end")).toHaveLength(1);
	expect(events.at(-1)?.event).toBe("end");
	const texts = events.filter(({ event }) => event !== "status").map(({ event, text }) => `${event} ${text}`);
	expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
};

describe("the events of a run", { timeout: 30_000 }, () => {
	it("reach readers that are cut off at any of them whole, in the end, and nothing twice", async () => {
		const agent = await makeAgent();
		await within(agent, (state) => {
			for (let seed = 1; seed <= 30; seed += 1) {
				const roll = dice(seed);
				const run = new LivelyRun(state, agent);
				const readers = [new CutReader(), new CutReader(), new CutReader()];
				for (let step = 0; step < 40; step += 1) {
					happen(run, roll);
					for (const reader of readers) if (roll(3) === 0) reader.look(state, run.id, roll(6));
				}
				run.end();
				const late = new CutReader();
				for (const reader of [...readers, late]) while (reader.look(state, run.id, 1 + roll(8)) > 0);
				for (const reader of [...readers, late]) expectWhole(reader.events, run);
			}
		});
	});

	it("of a run with more calls than a look holds come in several looks, the end with the last", async () => {
		const agent = await makeAgent();
		await within(agent, (state) => {
			const run = new LivelyRun(state, agent);
			for (let seq = 1; seq <= 350; seq += 1) {
				run.begin(seq % 7 === 0);
				if (seq > LIMITS.callsInFlightPerRun) run.change(seq - LIMITS.callsInFlightPerRun, "done");
				if (seq > LIMITS.callsInFlightPerRun) run.decide(seq - LIMITS.callsInFlightPerRun, "approved");
			}
			const live = new CutReader();
			while (live.look(state, run.id, 1_000) > 0);
			expect(live.events.filter(({ event }) => event === "call")).toHaveLength(350);
			run.end();
			const late = new CutReader();
			for (const reader of [live, late]) {
				while (reader.look(state, run.id, 1_000) > 0);
				expectWhole(reader.events, run);
			}
		});
	});

	it("go on from the archive when the agent's object has forgotten the run, for a reader that comes late and for one that was cut off", async () => {
		const agent = await makeAgent();
		const { tenantId, agentId } = agent.entry;
		const roll = dice(7);
		const ended: { run: LivelyRun; readers: CutReader[]; whole: Run }[] = [];
		await within(agent, (state) => {
			for (let round = 0; round < 6; round += 1) {
				const run = new LivelyRun(state, agent);
				const readers = [new CutReader(), new CutReader(), new CutReader()];
				for (let step = 0; step < 60; step += 1) {
					happen(run, roll);
					for (const reader of readers) if (roll(3) === 0) reader.look(state, run.id, roll(6));
				}
				run.end();
				readers[1]?.look(state, run.id, roll(10));
				const whole = viewRun(state, run.id, START, Date.now())?.end;
				if (whole !== null && whole !== undefined) ended.push({ run, readers: [...readers, new CutReader()], whole });
			}
		});
		expect(ended).toHaveLength(6);
		for (const { run, readers, whole } of ended) {
			const calls = [...run.calls.values()].map((call) => ({ ...call, record: JSON.stringify(call), revision: 1 }));
			const approvals = [...run.approvals.values()].map((approval) => ({ approval, revision: 1 }));
			await writeArchive(env.DB, {
				tenantId,
				agentId,
				agent: null,
				runs: [{ run: whole, files: [], ownUsdMicros: 0, revision: 1 }],
				calls,
				approvals,
			});
			for (const reader of readers) {
				while ((await reader.lookBack(archivedNews(env, tenantId, run.id), 1 + roll(8))) > 0);
				expectWhole(reader.events, run);
			}
		}
	});

	it("of one look are in order: status, calls and lines by time, approvals, end", async () => {
		const agent = await makeAgent();
		await within(agent, (state) => {
			const run = new LivelyRun(state, agent);
			run.begin(true);
			run.print();
			run.end();
			const reader = new CutReader();
			reader.look(state, run.id, 100);
			expect(reader.events.map(({ event }) => event)).toEqual(["status", "log", "call", "approval", "end"]);
		});
	});
});
