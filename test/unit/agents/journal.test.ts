import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { beginCall } from "../../../worker/agents/object/begin-call.ts";
import { callOf, doneEnd, failedEnd, stubOf } from "./agent-under-test.ts";
import { actOf, GET, get, POST, POST_ARGS, put, type RunUnderTest, startRun } from "./run-under-test.ts";

/** The next attempt of a run whose first one was lost. */
const again = async (run: RunUnderTest): Promise<void> => {
	expect((await run.lose()).again).toBe(true);
	await run.claim();
};
const DENIED = ["web", "fetch", { url: "https://elsewhere.com/", method: "GET", headers: [], body: null, redirect: "follow" }] as const;

describe("a call that is asked again", () => {
	it("is answered from the journal with the same text and stamp, and nothing happens", async () => {
		const run = await startRun();
		const first = [await run.begin(1, put("k", { n: 1 })), await run.begin(2, get("k"))];
		const posted = await run.act(3, POST);
		const sent = await run.agent.object.endCall(doneEnd(posted, { egressBytes: 7 }, ["sent"]));
		await again(run);
		await evictDurableObject(stubOf(run.agent));
		expect([await run.begin(1, put("k", { n: 1 })), await run.begin(2, get("k"))]).toEqual(first);
		expect(await run.begin(3, POST)).toMatchObject({ kind: "answer", text: '{"kind":"value","value":"[\\"sent\\"]"}', atMs: sent?.atMs });
		const read = await run.ask(5, ["memory", "getEntry", "k"]);
		expect(read).toMatchObject({ value: { version: 1 } });
	});

	it.each(["failed", "denied", "unreadable"] as const)("that %s is answered with the same error, and is recorded once", async (how) => {
		const run = await startRun();
		const ask = async () => {
			if (how === "unreadable") return run.agent.object.beginCall({ ...base(run), args: "[", at: "1 0 " });
			return run.begin(1, how === "denied" ? DENIED : POST);
		};
		const begun = await ask();
		if (how === "failed") await run.agent.object.endCall(failedEnd(actOf(begun)));
		await again(run);
		const second = await ask();
		expect(second).toMatchObject({ kind: "answer", atMs: expect.any(Number) });
		if (how === "failed") expect(second).toMatchObject({ text: expect.stringContaining('"code":"upstream_failed","message":"it broke"') });
		else expect(second).toEqual(begun);
		expect(await run.calls()).toHaveLength(1);
		await run.finish();
		await run.expectSettled();
	});

	it("never goes back in time: stamps of answers do not fall, and begin at the program's clock", async () => {
		const run = await startRun();
		await run.write("UPDATE runs SET state = json_set(state, '$.clockMs', 4000000000000)");
		await evictDurableObject(stubOf(run.agent));
		const stamps = [await run.begin(1, put("a", 1)), await run.begin(2, put("b", 1)), await run.begin(3, DENIED)];
		expect(stamps.map((answer) => answer.kind === "answer" && answer.atMs)).toEqual([4e12, 4e12, 4e12]);
	});
});

const base = ({ runId, attempt, agent: { locator } }: RunUnderTest) => ({ runId, attempt, grant: "web", method: "fetch", locator });

describe("the identity of a call", () => {
	it("is grant, method, canonical arguments and how many-th: of equal calls made at once each gets the answer of its place, then the earliest one", async () => {
		const run = await startRun();
		const ids: Record<string, string> = {};
		for (const place of [2, 1, 3]) ids[await run.act(place, GET)] = `of place ${place}`;
		for (const [id, value] of Object.entries(ids)) await run.agent.object.endCall(doneEnd(id, {}, value));
		expect((await run.calls()).map(({ nth }) => nth)).toEqual([1, 2, 3]);
		await again(run);
		expect(await run.ask(3, GET)).toMatchObject({ value: "of place 3" });
		expect(await run.ask(9, GET)).toMatchObject({ value: "of place 2" });
		expect(await run.ask(1, GET)).toMatchObject({ value: "of place 1" });
		await run.act(4, GET);
		expect((await run.calls()).map(({ nth }) => nth)).toEqual([1, 2, 3, 4]);
	});

	it("does not depend on the order of properties, and does on everything else", async () => {
		const run = await startRun();
		await run.ask(1, put("k", { a: 1, b: 2 }));
		await run.ask(2, put("k", { a: 1, b: 3 }));
		await again(run);
		await run.ask(1, put("k", { b: 2, a: 1 }));
		await run.ask(2, put("k", { b: 3, a: 1 }));
		expect(await run.calls()).toHaveLength(2);
		await run.ask(3, put("k", { a: 1, b: 2 }));
		expect(await run.calls()).toHaveLength(3);
	});
});

describe("a program that takes another way than the recorded one", () => {
	it("is stopped at the first difference, which is named, and its call does not happen", async () => {
		const run = await startRun();
		await run.ask(1, put("a", 1));
		await run.ask(2, put("b", 2));
		await again(run);
		await run.ask(1, put("a", 1));
		expect(await run.ask(2, put("c", 3))).toMatchObject({ kind: "error", code: "run_ended" });
		const { run: ended } = await run.finish();
		expect(ended).toMatchObject({ status: "failed", error: { code: "replay_diverged" }, result: null });
		expect(ended.error?.message).toContain('call 2 was env.memory.put(["b",2]), the program now calls env.memory.put(["c",3])');
		expect(await run.calls()).toHaveLength(2);
		await run.expectSettled();
	});

	it("is stopped when it leaves a recorded call out before a new one, and when it ends without it", async () => {
		for (const ends of [false, true]) {
			const run = await startRun();
			await run.ask(1, put("a", 1));
			await run.ask(2, put("b", 2));
			await again(run);
			await run.ask(1, put("a", 1));
			if (!ends) expect(await run.ask(3, put("c", 3))).toMatchObject({ code: "run_ended" });
			const { run: ended } = await run.finish({ places: 1 });
			expect(ended).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
			expect(ended.error?.message).toContain('call 2 was env.memory.put(["b",2])');
			await run.expectSettled();
		}
	});

	it("is not one whose call died on its way before: that one is new", async () => {
		const run = await startRun();
		await run.ask(2, put("b", 2));
		await again(run);
		expect((await run.ask(1, put("a", 1))).kind).toBe("done");
		expect((await run.ask(2, put("b", 2))).kind).toBe("done");
		expect(await run.statuses()).toEqual(["done", "done"]);
		expect((await run.finish({ places: 2 })).run.status).toBe("succeeded");
	});
});

describe("choices", () => {
	const told = async (run: RunUnderTest): Promise<string | null> => {
		const finished = await run.lose();
		if (!finished.again) return null;
		const attempt = await run.agent.object.claim(run.agent.entry, run.runId);
		return attempt?.timeline ?? null;
	};

	it("are joined from what each call tells of those before it", async () => {
		const run = await startRun();
		await run.ask(1, get("a"), "1 0 ");
		await run.ask(2, get("b"), "2 0 1,t*3");
		await run.ask(3, get("c"), "3 2 t*2,2");
		await run.ask(4, get("d"), "4 1 t*3");
		expect(await told(run)).toBe("1,t*3,2");
	});

	it("are told by the end of an attempt as well", async () => {
		const run = await startRun();
		await run.ask(1, get("a"), "1 0 1");
		const id = await run.waits(2, ["note", "put", "k", 1]);
		expect(await run.wait(id)).toEqual({ kind: "parked" });
		await run.finish({ ending: "parked", choices: "1 t,1" });
		await run.decide(id, "approve");
		expect((await run.agent.object.claim(run.agent.entry, run.runId))?.timeline).toBe("1,t,1");
	});

	it.each([
		["too many to be told", "1 0 !"],
		["a gap", "1 1 1"],
		["no number", "x 0 "],
		["no place", "0 0 1"],
		["no items", "1 0 1,u"],
		["an empty item", "1 0 1,,1"],
		["a count that is none", "1 0 t*0"],
		["more than there may be", "1 0 t*20001"],
		["more than there may be, in many", `1 0 ${"t*4000,".repeat(5)}t`],
	])("that cannot be known make a run one that is not executed again: %s", async (_name, at) => {
		const run = await startRun();
		await run.ask(1, get("a"), at);
		expect(await told(run)).toBeNull();
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "executor_lost" } });
		await run.expectSettled();
	});

	it("are as many as there may be", async () => {
		const run = await startRun();
		await run.ask(1, get("a"), "1 0 t*20000");
		expect(await told(run)).toBe("t*20000");
	});
});

describe("a journal", () => {
	/** One call with its answer: how much its journal grows by it. */
	const grow = async (run: RunUnderTest, place: number): Promise<number> => {
		const size = () => run.inside((state) => state.runs.get(run.runId)?.state.journalBytes ?? 0);
		const before = await size();
		await run.agent.object.endCall(doneEnd(await run.act(place, POST)));
		return (await size()) - before;
	};

	it.each(["full", "one more than full, and its executor dies", "one more than full, and it asks a person"])(
		"that is %s: past its limit its run goes on, is not executed again, and cannot wait",
		async (how) => {
			const run = await startRun();
			const bytes = await grow(run, 1);
			const isFull = how === "full";
			await run.rewrite(`state = json_set(state, '$.journalBytes', ${LIMITS.journalBytes - bytes + (isFull ? 0 : 1)})`);
			await grow(run, 2);
			if (how.endsWith("person")) expect(await run.ask(4, ["note", "put", "k", 1])).toMatchObject({ code: "run_ended" });
			const { run: lost } = await run.lose();
			expect(lost.status).toBe(isFull ? "queued" : "failed");
			if (isFull) await run.agent.object.cancel(run.runId, "stop");
			await run.expectSettled();
		},
	);

	it("takes the place of an answer that the store has, and gives its key", async () => {
		const run = await startRun();
		const id = await run.act(1, POST);
		const ended = await run.agent.object.endCall({ ...doneEnd(id), answer: { text: null, key: "a/key" } });
		const streamed = await run.act(2, POST);
		await run.agent.object.endCall({ ...doneEnd(streamed), answer: { text: '{"kind":"value"}', key: "b/key" } });
		await again(run);
		expect(await run.begin(1, POST)).toEqual({ kind: "stored", key: "a/key", last: null, atMs: ended?.atMs, streams: false });
		expect(await run.begin(2, POST)).toMatchObject({ kind: "stored", key: "b/key", last: '{"kind":"value"}' });
	});

	it("is not whole without an answer that could not be kept", async () => {
		const run = await startRun();
		const id = await run.act(1, POST);
		await run.agent.object.endCall({ ...doneEnd(id), answer: { text: null, key: null } });
		expect((await run.lose()).run.status).toBe("failed");
	});
});

describe("a step that fails", () => {
	it("leaves nothing: storage and memory are as before, and the call can be made again", async () => {
		const run = await startRun();
		await run.ask(1, put("a", 1));
		const before = [await run.run(), await run.agent.object.budget(run.agent.entry)];
		const command = callOf(run.agent, { runId: run.runId, grant: "web", method: "fetch", args: POST_ARGS, place: 2 });
		const performing = await run.inside((state) => {
			expect(() =>
				state.step(() => {
					const begun = beginCall(state, command, { resources: new Map(), nowMs: Date.now() });
					expect(state.performing.has(actOf(begun))).toBe(true);
					throw new Error("the disk is full");
				}),
			).toThrow("the disk is full");
			return state.performing.size;
		});
		expect(performing).toBe(0);
		expect([await run.run(), await run.agent.object.budget(run.agent.entry)]).toEqual(before);
		expect(await run.statuses()).toEqual(["done"]);
		await run.agent.object.endCall(doneEnd(await run.act(2, POST)));
		await run.finish();
		await run.expectSettled();
	});
});
