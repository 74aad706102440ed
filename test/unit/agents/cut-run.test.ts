import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import { put, startRun } from "./run-under-test.ts";

const CUT = { ending: "cut", status: "failed", result: null, error: runError("never_settled", "no answer"), choices: null } as const;

describe("a run whose isolate says that a call got no answer", () => {
	it("is executed again as often as that may be, then it ends with what was said of it", async () => {
		const run = await startRun();
		for (let cuts = 0; cuts < LIMITS.cutsPerRun; cuts += 1) {
			await run.ask(1, put("a", 1));
			expect(await run.finish(CUT)).toMatchObject({ again: cuts === 0, run: { status: "queued", error: null } });
			await run.claim();
		}
		await run.ask(1, put("a", 1));
		expect(await run.finish(CUT)).toMatchObject({ again: false, run: { status: "failed", error: { code: "never_settled" } } });
		await run.expectSettled();
	});

	it("has the deaths of its executors counted apart", async () => {
		const run = await startRun();
		expect(await run.lose()).toMatchObject({ again: true });
		await run.claim();
		expect(await run.finish(CUT)).toMatchObject({ again: true, run: { status: "queued" } });
		await run.claim();
		expect(await run.lose()).toMatchObject({ run: { status: "queued" } });
	});
});
