import { describe, expect, it } from "vitest";
import { seenBy } from "../agents/agent-under-test.ts";
import { put } from "../agents/run-under-test.ts";
import { begotten, budgetOf, makePair, root, RUN, SLICE, start, until } from "./family.ts";

const MEMORY = { memory: { verb: "state" } };

describe("a run that a call starts", () => {
	it("gives its end as the call's answer, and settles to the micro what it used", async () => {
		const { parent, child } = await makePair(MEMORY, MEMORY);
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		expect(await run.statuses()).toEqual(["waiting"]);
		expect((await budgetOf(parent)).held).toMatchObject({ runs: 1 + SLICE.runs, calls: 1 + SLICE.calls, tokens: SLICE.tokens });
		await born.ask(1, put("a", 1));
		await born.finish({ result: { sum: 3 } });
		const ended = await born.run();
		const answer = seenBy(await run.wait(callId));
		expect(answer).toMatchObject({ kind: "done", value: { id: born.runId, status: "succeeded", result: { sum: 3 }, error: null } });
		const { cpuMs, wallMs, usdMicros } = ended.usage;
		const used = { runs: 1, calls: 1, cpuMs, wallMs, tokens: 0, egressBytes: 0, usdMicros };
		expect(answer).toMatchObject({ value: { usage: used } });
		expect((await run.run()).lent).toEqual(used);
		await run.finish();
		const { usage, lent, parent: none } = await run.run();
		expect(none).toBeNull();
		const own = await budgetOf(parent);
		expect(own.held).toMatchObject({ runs: 0, calls: 0, cpuMs: 0, usdMicros: 0 });
		expect(own.settled).toMatchObject({ runs: 2, calls: 2, cpuMs: usage.cpuMs + lent.cpuMs, usdMicros: usage.usdMicros + lent.usdMicros });
		expect(await born.run()).toMatchObject({ parent: { agent: parent.entry.agentId, run: run.runId, call: callId }, root: run.runId });
		const childs = await budgetOf(child);
		expect(childs.settled).toMatchObject({ runs: 1, calls: 1, usdMicros });
		expect(await run.statuses()).toEqual(["done"]);
	});

	it("counts as many webhooks that led to it as the run that starts it", async () => {
		const { parent, child } = await makePair();
		const { born } = await begotten(await root(parent, { hops: 3 }), child);
		await born.finish();
		expect((await born.inside((state) => state.events.next(100))).map(({ hops }) => hops)).toEqual([3]);
	});

	it("that fails is an answer all the same", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		await born.finish({
			status: "failed",
			result: null,
			error: { code: "program_threw", message: "no", hint: "h", line: 1, column: 1, stack: null },
		});
		expect(seenBy(await run.wait(callId))).toMatchObject({
			kind: "done",
			value: { status: "failed", result: null, error: { code: "program_threw", message: "no", hint: "h" } },
		});
	});

	it("is the same one when the call is performed again after a crash", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const begun = await run.begin(1, RUN);
		expect(await start(run, begun)).toEqual({ kind: "started" });
		expect(await start(run, begun)).toEqual({ kind: "started" });
		await until(async () => (await child.object.agent(child.entry)) !== null);
		expect((await budgetOf(child)).held.runs).toBe(1);
	});
});
