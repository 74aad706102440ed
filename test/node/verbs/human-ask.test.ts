import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { answerFault } from "../../../worker/verbs/human-ask/answer-fault.ts";
import { humanAsk } from "../../../worker/verbs/human-ask/human-ask.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { invalidMessage, prepared } from "./perform.ts";

const grantOf = (parts: object = {}) => humanAsk.bind({ verb: "human.ask", ...parts });
const ask = (question: unknown, parts: object = {}) => prepared(grantOf(parts), "ask", [question]).decision;
const refused = (question: unknown, parts: object = {}) => invalidMessage(grantOf(parts), "ask", [question]);
const YES_OR_NO = { type: "object", properties: { yes: { type: "boolean" } }, required: ["yes"], additionalProperties: false };

describe("human.ask", () => {
	test("a question that fits asks a person, who sees it whole", () => {
		for (const question of [
			{ question: "May I?" },
			{ question: "May I?\n• 100 € to سلمى 👩‍👩‍👧", details: "x" },
			{ question: "May I?", schema: YES_OR_NO },
		])
			expect(ask(question)).toEqual({ kind: "ask", rule: "ask", why: "a question" });
		expect(ask({ question: "May I?" }, { to: "the finance team" })).toMatchObject({ why: "a question to the finance team" });
		const asked = (question: object, parts: object = {}) => prepared(grantOf(parts), "ask", [question]).question;
		expect(asked({ question: "May I?", details: "x" })).toEqual({ text: "May I?", details: "x", schema: null });
		expect(asked({ question: "May I?", schema: YES_OR_NO })).toEqual({ text: "May I?", details: null, schema: YES_OR_NO });
		expect(asked({ question: "May I?" }, { answer: YES_OR_NO })).toEqual({ text: "May I?", details: null, schema: YES_OR_NO });
	});

	test("a dry run answers it with a small answer of its schema, text without one", () => {
		const facts = (question: object) => {
			const { effect, local, idempotent, planned } = prepared(grantOf(), "ask", [question]);
			return { effect, local, idempotent, planned };
		};
		expect(facts({ question: "x" })).toEqual({ effect: "write", local: false, idempotent: true, planned: "" });
		expect(facts({ question: "x", schema: YES_OR_NO }).planned).toEqual({ yes: false });
	});

	test("an answer is what the question asks for: of the schema, or text, within the bound", () => {
		expect(answerFault(YES_OR_NO, { yes: true })).toBe(null);
		expect(answerFault(YES_OR_NO, { yes: "yes" })).toBe('answer.yes: found "yes", wanted true or false');
		expect(answerFault(YES_OR_NO, undefined)).toMatch(/found none/);
		expect(answerFault(YES_OR_NO, null)).toMatch(/^answer: found null/);
		expect(answerFault(null, "go on")).toBe(null);
		for (const answer of [7, null, {}, ["a"], "a\ud800", undefined]) expect(answerFault(null, answer)).toMatch(/^answer: found/);
		for (const [schema, atLimit] of [
			[null, "a".repeat(LIMITS.questionAnswerChars)],
			[{ type: "array" }, ["a".repeat(LIMITS.questionAnswerChars - 4)]],
		] as const) {
			expect(answerFault(schema, atLimit)).toBe(null);
			expect(answerFault(schema, typeof atLimit === "string" ? `${atLimit}a` : [`${atLimit[0]}a`])).toMatch(/wanted at most/);
		}
		expect(answerFault({ strange: 1 }, true)).toMatch(/cannot be checked/);
	});

	test("acting on it all the same gives the same refusal", () => {
		const { act } = prepared(grantOf(), "ask", [{ question: "May I?" }]);
		if (act.where !== "object") throw new Error("found an act outside the object");
		const store = { files: {}, state: {} };
		expect(Reflect.apply(act.perform, null, [store])).toMatchObject({ kind: "failed", code: "approval_required" });
	});

	test("arguments are bounded, at the limit and one over", () => {
		expect(ask({ question: "x".repeat(LIMITS.questionChars), details: "x".repeat(LIMITS.questionDetailsChars) }).kind).toBe("ask");
		expect(refused({ question: "x".repeat(LIMITS.questionChars + 1) })).toMatch(
			/^ask argument 1\.question: .* wanted a question of at most 1000 characters$/,
		);
		expect(refused({ question: "x", details: "x".repeat(LIMITS.questionDetailsChars + 1) })).toMatch(/argument 1\.details/);
		expect(refused({ question: "" })).toMatch(/wanted a question that is not empty/);
		expect(refused({ question: 7 })).toBe("ask argument 1.question: found 7, wanted a question, a string");
		expect(refused("May I?")).toMatch(/^ask argument 1: found "May I\?", wanted an object with question/);
		expect(refused(undefined)).toMatch(/found nothing/);
		expect(refused({ question: "x", approve: true })).toMatch(/found the field "approve"/);
		expect(refused(JSON.parse('{"question":"x","__proto__":{"a":1}}'))).toMatch(/__proto__/);
		expect(invalidMessage(grantOf(), "ask", [{ question: "x" }, {}])).toMatch(/found 2 arguments/);
		expect(invalidMessage(grantOf(), "answer", [])).toMatch(/wanted one of ask/);
	});

	test.each([
		["a right-to-left override", "pay \u202e001 €"],
		["an isolate", "a\u2066b"],
		["a zero width space", "a\u200bb"],
		["a byte order mark", "\ufeffa"],
		["a tag character", "a\u{e0041}"],
		["an escape", "\u001b[31ma"],
		["a carriage return", "a\rb"],
		["a line separator", "a\u2028b"],
		["an invisible letter", "a\u3164b"],
		["half a surrogate pair", "a\ud800"],
		["NUL", "a\u0000"],
	])("text with %s is refused, for what a person sees is what is asked", (_, text) => {
		expect(refused({ question: text })).toMatch(/^ask argument 1\.question: /);
		expect(refused({ question: "x", details: text })).toMatch(/^ask argument 1\.details: /);
		expect(() => grantOf({ to: text })).toThrow();
	});

	test("a schema of the answer is the grant's or the program's, never both, and one that can be checked", () => {
		expect(refused({ question: "x", schema: YES_OR_NO }, { answer: YES_OR_NO })).toMatch(/the grant says what the answer is/);
		for (const schema of [
			7,
			"string",
			[],
			{ type: "nonsense" },
			{ type: "string", pattern: "(a)\\1" },
			{ strange: 1 },
			{ $ref: "https://evil.example" },
			{ type: "string", description: "x".repeat(LIMITS.answerSchemaBytes) },
		]) {
			expect(refused({ question: "x", schema }), JSON.stringify(schema).slice(0, 60)).toMatch(/^ask argument 1\.schema: /);
			expect(() => grantOf({ answer: schema })).toThrow(/JSON Schema/);
		}
	});

	test("the declaration has the type of the grant's answer, and whom it asks", () => {
		const text = grantOf({ to: "the finance team */", answer: YES_OR_NO }).declaration(NO_RESOURCES);
		expect(text).toContain("ask(question: { question: string; details?: string }): Promise<{ yes: boolean }>;");
		expect(text).toContain("Asks the finance team *\\/ and waits");
		expect(grantOf().declaration(NO_RESOURCES)).toContain("Promise<Answer>");
		expect(grantOf({ labels: ["external"] }).labels).toEqual(["external"]);
	});
});
