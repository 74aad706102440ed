import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../contract/errors.ts";
import { runError } from "../../../contract/runs.ts";
import { checkExecution } from "../../../worker/runs/replay/replay-run.ts";

const end = (code: ErrorCode | null, message = "over") => ({
	status: code === null ? ("succeeded" as const) : ("failed" as const),
	error: code === null ? null : runError(code, message),
});
const refusalOf = (recorded: ErrorCode | null, replayed: ErrorCode | null): string => {
	try {
		checkExecution(end(recorded), end(replayed));
		return "compared";
	} catch (error) {
		return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "thrown";
	}
};

describe("a replay whose own executor died", () => {
	it.each([null, "program_threw", "wall_time_exceeded", "executor_lost", "interrupted", "never_settled", "cancelled"] as const)(
		"says nothing of a run that ended with %s: it may be asked for again",
		(recorded) => {
			expect(refusalOf(recorded, "executor_lost")).toBe("no_executor");
		},
	);
	it.each(["memory_exceeded", "cpu_exceeded"] as const)("is compared with a run that ended with %s, as that may be why", (recorded) => {
		expect(refusalOf(recorded, "executor_lost")).toBe("compared");
	});
	it("is not any other end", () => {
		for (const code of [null, "program_threw", "interrupted", "wall_time_exceeded"] as const)
			expect(refusalOf(null, code)).toBe("compared");
	});
	it("is not one that somebody stopped", () => {
		const stopped = { status: "cancelled" as const, error: runError("cancelled", "stopped") };
		expect(() => checkExecution(end("cancelled"), stopped)).toThrow("it was stopped: stopped");
	});
});
