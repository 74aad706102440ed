import { describe, expect, test } from "vitest";
import { Policy } from "../../../contract/agents.ts";
import { Refusal } from "../../../contract/errors.ts";
import { bindPolicy } from "../../../worker/policy/bind-policy.ts";
import { grantOf } from "./grant-of.ts";

const files = (limits?: object) => ({ verb: "files", mounts: { "/workspace": "read" }, ...(limits === undefined ? {} : { limits }) });

const faultOf = (limits: object): string => {
	try {
		bindPolicy(Policy.parse({ grants: { it: files(limits) } }));
	} catch (thrown) {
		if (thrown instanceof Refusal) return thrown.message;
		throw thrown;
	}
	return "";
};

describe("a grant's own budget", () => {
	test("is nothing where its limits name no window", () => {
		expect(grantOf(files()).budget).toEqual({});
		expect(grantOf(files({ calls: 5, callsPerMinute: 5, count: 5 })).budget).toEqual({});
	});

	test("is what its limits say of each window, and nothing else of them", () => {
		const windows = {
			minute: { calls: 0 },
			hour: { tokens: 1 },
			day: { usdMicros: 2, egressBytes: 3 },
			month: { cpuMs: 4, wallMs: 5 },
			lifetime: {},
		};
		expect(grantOf(files({ calls: 5, ...windows })).budget).toEqual(windows);
	});

	test.each([
		[{ day: { runs: 5 } }, "day.runs: found 5, wanted none: runs are limited by the budget of an agent, not by a grant"],
		[{ day: { runs: 0 } }, "day.runs: found 0, wanted none: runs are limited by the budget of an agent, not by a grant"],
		[{ day: { calls: -1 } }, "day.calls: found -1, wanted a number of at least 0"],
		[{ day: { calls: 1.5 } }, "day.calls: found 1.5, wanted a whole number"],
		[{ day: { usd: 1 } }, "day.usd: found the field usd, wanted calls, cpuMs, wallMs, tokens, egressBytes, usdMicros, runs"],
		[{ day: 5 }, "day: found 5, wanted { "],
		[{ run: { calls: 5 } }, "run: found the field run, wanted "],
		[{ week: { calls: 5 } }, "week: found the field week, wanted "],
		[{ liveRuns: 5 }, "liveRuns: found the field liveRuns, wanted "],
	])("is refused in words: %j", (limits, message) => {
		expect(faultOf(limits)).toContain(`Reading the policy: grants.it.limits.${message}`);
	});
});
