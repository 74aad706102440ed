import { describe, expect, it } from "vitest";
import { doneEnd, seenBy } from "./agent-under-test.ts";
import { GET, put, type RunUnderTest, startRun } from "./run-under-test.ts";

const leave = (run: RunUnderTest, callId: string, attempt: number, firstPartAtMs: number | null) =>
	run.agent.object.leaveCall({ runId: run.runId, attempt, callId, firstPartAtMs });

describe("a stream that nobody reads any more", () => {
	it("is not judged while its attempt goes on, and over when its run is", async () => {
		const run = await startRun();
		const callId = await run.act(1, GET);
		expect(await leave(run, callId, 1, 1)).toBe("unsure");
		await run.finish();
		expect(await leave(run, callId, 1, 1)).toBe("over");
	});

	it("is performed from its beginning by the next attempt, when nothing was called since its first part", async () => {
		const run = await startRun();
		await run.ask(1, put("before", 1));
		const callId = await run.act(2, GET);
		await run.lose();
		expect(await leave(run, callId, 1, Date.now())).toBe("again");
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.act(2, GET)).toBe(callId);
	});

	it("ends with the parts that there were, when calls may rest on them: the next attempt is told the same", async () => {
		const run = await startRun();
		const callId = await run.act(1, GET);
		const firstPartAtMs = Date.now();
		await run.ask(2, put("after", 1));
		await run.lose();
		expect(await leave(run, callId, 1, firstPartAtMs)).toBe("cut");
		await run.claim();
		expect(await run.begin(1, GET)).toEqual({ kind: "wait", callId });
		await run.agent.object.endCall(doneEnd(callId, {}, "parts"));
		expect(seenBy(await run.wait(callId))).toEqual({ kind: "done", value: "parts" });
	});

	it("is in the recording with what was read of it, though its program left it and ended", async () => {
		const run = await startRun();
		const callId = await run.act(1, GET);
		await run.finish();
		expect(await run.statuses()).toEqual(["unknown"]);
		await run.agent.object.endCall({ ...doneEnd(callId, {}, "parts"), inParts: true });
		expect(await run.statuses()).toEqual(["unknown"]);
		const recording = await run.agent.object.recording(run.runId);
		expect(recording?.calls[0]?.answer?.text).toContain("parts");
		await run.expectSettled();
	});
});
