import { describe, expect, test } from "vitest";
import { z } from "zod";
import { UpdateAgent } from "../../../contract/agents.ts";
import { describeIssues, type Issue } from "../../../contract/describe-issues.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { CreateSchedule, UpdateSchedule } from "../../../contract/schedules.ts";
import { TriggerTrial, UpdateTrigger } from "../../../contract/triggers.ts";

const issuesOf = (schema: z.ZodType, value: unknown): Issue[] => {
	const { error } = schema.safeParse(value);
	return describeIssues(error?.issues ?? [], value, z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), false);
};
const unknown = (path: string, wanted: string): Issue => ({ path, found: "an unknown field", wanted });

describe("an unknown field", () => {
	test("is told of the one that it was meant for", () => {
		expect(issuesOf(CreateSchedule, { agent: "a", cron: "x", timezone: "UTC" })).toEqual([unknown("timezone", "timeZone")]);
		expect(issuesOf(UpdateAgent, { polcy: {} })).toEqual([unknown("polcy", "policy")]);
		expect(issuesOf(UpdateTrigger, { limits: { wallms: 1 } })).toEqual([unknown("limits.wallms", "wallMs")]);
	});

	test("of no known one's likeness is told of those that there are, and no more than sixteen", () => {
		expect(issuesOf(z.strictObject({ a: z.string().optional(), b: z.string().optional() }), { whatever: 1 })).toEqual([
			unknown("whatever", "one of a, b"),
		]);
		expect(issuesOf(z.strictObject({ only: z.string().optional() }), { whatever: 1 })).toEqual([unknown("whatever", "only")]);
		expect(issuesOf(z.strictObject({}), { whatever: 1 })).toEqual([unknown("whatever", "no such field")]);
		const fields = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`field${index}`, z.string().optional()]));
		const [issue] = issuesOf(z.strictObject(fields), { whatever: 1 });
		expect(issue?.wanted).toMatch(/field15, …$/);
	});

	test("in one branch of a union that may be null is told of that branch's", () => {
		expect(issuesOf(UpdateTrigger, { filter: { all: [{ argument: "0.a", is: 1, iz: 2 }] } })).toContainEqual(
			unknown("filter.all[0].iz", "is or in"),
		);
	});

	test("is found at once however long its name is and however many there are", () => {
		const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${"x".repeat(1_000)}${index}`, 1]));
		const issues = issuesOf(UpdateTrigger, many);
		expect(issues).toHaveLength(LIMITS.issuesShown);
		for (const { path } of issues) expect(path.length).toBeLessThan(100);
	});
});

test.each([UpdateAgent, UpdateSchedule, UpdateTrigger])(
	"a change of nothing is refused, and one of an unknown field for that alone",
	(schema) => {
		expect(issuesOf(schema, {})).toEqual([{ path: "", found: "an object", wanted: "at least one field to change" }]);
		expect(issuesOf(schema, { whatever: 1 })).toEqual([unknown("whatever", expect.stringMatching(/^one of .*\bname\b/))]);
	},
);

test("a field that may be anything and is not there is told to be JSON", () => {
	expect(issuesOf(TriggerTrial, { headers: {} })).toEqual([{ path: "body", found: "nothing", wanted: "any JSON" }]);
});

test("a name that does not fit is told itself, and not what stands under it", () => {
	expect(issuesOf(TriggerTrial, { headers: { "a b": "the value" }, body: 1 })).toEqual([
		{ path: "headers.a b", found: 'the name "a b"', wanted: "a header's name: letters, digits and !#$%&'*+-.^_`|~" },
	]);
});

test("a header's name is any token of HTTP", () => {
	expect(issuesOf(TriggerTrial, { headers: { "X.Y": "1", "!#$%&'*+-.^_`|~09Az": "2" }, body: 1 })).toEqual([]);
	for (const name of ["", "a b", "a:", "é", "a\n", "(a)", 'a"'])
		expect(issuesOf(TriggerTrial, { headers: { [name]: "1" }, body: 1 }), name).toHaveLength(1);
});

test("a filter asks for the body and the headers, and for no other argument", () => {
	for (const argument of ["0.action", "1.x-github-event", ["1", "x.y"]])
		expect(issuesOf(UpdateTrigger, { filter: { argument, exists: true } })).toEqual([]);
	expect(issuesOf(UpdateTrigger, { filter: null })).toEqual([]);
	for (const argument of ["2.n", "10", ["3", "a"]]) {
		const filter = { all: [{ method: "push" }, { not: { argument, exists: true } }] };
		const [issue] = issuesOf(UpdateTrigger, { filter });
		expect([issue?.path, issue?.wanted]).toEqual([
			"filter",
			expect.stringContaining("arguments 0 (the body) or 1 (the headers) only, not "),
		]);
	}
});
