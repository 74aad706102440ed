import { describe, expect, it } from "vitest";
import { fuzzBoundary } from "./fuzz-boundary.ts";

const TEXTS = Number(process.env["FUZZ_TEXTS"] ?? 20_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

describe("what an isolate says", () => {
	it("is read or refused in words, quickly, whatever it is: values, arguments of every verb, answers, places; and reaches no prototype", {
		timeout: 600_000,
	}, () => {
		const { faults, outcomes } = fuzzBoundary(TEXTS, SEED);
		expect(faults).toEqual([]);
		// It means something only while enough of them come through.
		const words = [...outcomes.keys()];
		for (const wanted of [
			"decode: decoded",
			"decode: refused",
			"a harness's answer: succeeded",
			"a harness's answer: parked",
			"a call's place: told",
		])
			expect(words).toContain(wanted);
		const verbs = new Set(words.filter((word) => /: (allowed|ask)$/.test(word)));
		expect(verbs.size).toBeGreaterThanOrEqual(12);
	});
});
