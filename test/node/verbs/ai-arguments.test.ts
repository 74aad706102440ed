import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { aiComplete } from "../../../worker/verbs/ai-complete/ai-complete.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { saying, startProvider } from "../../providers/start-provider.ts";
import { complete, failureOf, grantOf, models, routeTo } from "./completing.ts";
import { doneValue, invalidMessage, prepared } from "./perform.ts";

const ROUTE = routeTo({ origin: "https://example.com" });
const RESOURCES = models({ fast: [ROUTE], smart: [ROUTE] });
const invalid = (request: unknown, method = "complete", grant = grantOf()): string => invalidMessage(grant, method, [request], RESOURCES);
const decisionOn = (request: unknown, grant = grantOf()) => prepared(grant, "complete", [request], RESOURCES).decision;
const user = (content: unknown) => ({ role: "user", content });
const deep = (levels: number): unknown => {
	let value: unknown = {};
	for (let level = 0; level < levels; level += 1) value = { not: value };
	return value;
};

describe("arguments of ai.complete", () => {
	test.each([
		[undefined, "complete argument 1: found nothing, wanted { prompt } or { messages }"],
		["Hi", 'complete argument 1: found "Hi", wanted { prompt } or { messages }'],
		[{}, "complete argument 1: found neither prompt nor messages, wanted one of them"],
		[{ prompt: "a", messages: [user("b")] }, "complete argument 1: found both prompt and messages, wanted one of them"],
		[{ prompt: "a", messages: [] }, `complete argument 1.messages: found none, wanted 1 to ${LIMITS.messages} messages`],
		[{ prompt: "" }, `complete argument 1.prompt: found "", wanted text of 1 to ${LIMITS.promptBytes} bytes`],
		[{ prompt: 7 }, `complete argument 1.prompt: found 7, wanted text of 1 to ${LIMITS.promptBytes} bytes`],
		[{ prompt: "a", top: 1 }, 'complete argument 1: found the field "top", wanted only the fields of the declaration'],
		[{ messages: [] }, `complete argument 1.messages: found none, wanted 1 to ${LIMITS.messages} messages`],
		[{ messages: {} }, `complete argument 1.messages: found an object, wanted 1 to ${LIMITS.messages} messages`],
		[
			{ messages: [user("a"), { role: "tool", content: "b" }] },
			'complete argument 1.messages[1].role: found "tool", wanted "system", "user" or "assistant"',
		],
		[
			{ messages: [user([{ type: "image" }])] },
			`complete argument 1.messages[0].content: found an array, wanted text of 1 to ${LIMITS.promptBytes} bytes`,
		],
		[{ messages: [{ role: "system", content: "a" }] }, "complete argument 1.messages: found no message of the user, wanted one at least"],
		[
			{ messages: [user("a"), { role: "system", content: "b" }] },
			"complete argument 1.messages[1]: found a system message after others, wanted it first",
		],
		[{ prompt: "a", maxTokens: 0 }, "complete argument 1.maxTokens: found 0, wanted a whole number of at least 1"],
		[{ prompt: "a", maxTokens: 1.5 }, "complete argument 1.maxTokens: found 1.5, wanted a whole number of at least 1"],
		[
			{ prompt: "a", maxTokens: Number.POSITIVE_INFINITY },
			"complete argument 1.maxTokens: found Infinity, wanted a whole number of at least 1",
		],
		[{ prompt: "a", temperature: 2.1 }, "complete argument 1.temperature: found 2.1, wanted a number from 0 to 2"],
		[{ prompt: "a", temperature: Number.NaN }, "complete argument 1.temperature: found NaN, wanted a number from 0 to 2"],
		[{ prompt: "a", schema: [] }, "complete argument 1.schema: found an array, wanted a JSON Schema as an object"],
		[{ prompt: "a", schema: new Map() }, "complete argument 1.schema: found something else, wanted a JSON value"],
		[new Map([["prompt", "a"]]), "complete argument 1: found a Map, wanted { prompt } or { messages }"],
		[
			JSON.parse('{"prompt":"a","__proto__":{"maxTokens":1e9}}'),
			'complete argument 1: found the field "__proto__", wanted only the fields of the declaration',
		],
	])("%j are refused with their path", (request, message) => {
		expect(invalid(request)).toBe(message);
	});

	test("with a schema that promises what nobody checks, or has no bottom, are refused", () => {
		expect(invalid({ prompt: "a", schema: { type: "objekt" } })).toMatch(/^complete argument 1\.schema/);
		expect(invalid({ prompt: "a", schema: { unheardOf: 1 } })).toMatch(/^complete argument 1\.schema/);
		expect(invalid({ prompt: "a", schema: deep(LIMITS.schemaDepth + 1) })).toMatch(/^complete argument 1\.schema/);
	});

	test("of a stream take no schema", () => {
		expect(invalid({ prompt: "a", schema: {} }, "stream")).toBe(
			"stream argument 1.schema: found an object, wanted none: an object does not come in parts, use complete()",
		);
	});

	test("are taken at each bound and refused one over", () => {
		const atBytes = "é".repeat(LIMITS.promptBytes / 2);
		expect(decisionOn({ prompt: atBytes }).kind).toBe("allowed");
		expect(invalid({ prompt: `${atBytes}x` })).toContain(`found ${LIMITS.promptBytes + 1} bytes of text`);
		const atCount = Array.from({ length: LIMITS.messages }, () => user("a"));
		expect(decisionOn({ messages: atCount }).kind).toBe("allowed");
		expect(invalid({ messages: [...atCount, user("a")] })).toContain(`wanted 1 to ${LIMITS.messages} messages`);
		expect(decisionOn({ prompt: "a", maxTokens: 20 }, grantOf({ maxTokens: 20 })).kind).toBe("allowed");
		expect(invalid({ prompt: "a", maxTokens: 21 }, "complete", grantOf({ maxTokens: 20 }))).toContain("found 21, wanted at most 20");
		expect(invalid({ prompt: "a", maxTokens: LIMITS.maxTokens.max + 1 })).toContain(`wanted at most ${LIMITS.maxTokens.max}`);
	});

	test("of 10 MB, or of a million wrong messages, are refused in no time", () => {
		const spentMs = startCpuClock();
		expect(invalid({ prompt: "x".repeat(10_000_000) })).toContain("wanted text of 1 to");
		expect(invalid({ messages: Array.from({ length: 1_000_000 }, () => 7) })).toContain("messages");
		expect(spentMs()).toBeLessThan(5_000);
	});

	test("with half a surrogate pair reach the provider as text all the same", async () => {
		await using upstream = await startProvider(saying("x"));
		expect(failureOf(await complete([routeTo(upstream)], { prompt: "a\ud83d" }))).toMatch(/^done/);
		expect(upstream.seen[0]?.body).toContain("a\ufffd");
	});
});

describe("a grant of ai.complete", () => {
	test("asks its first model unless the program names another of it", () => {
		const grant = grantOf({ models: ["smart", "fast"] });
		expect(decisionOn({ prompt: "a" }, grant)).toEqual({ kind: "allowed", rule: "complete with smart" });
		expect(decisionOn({ prompt: "a", model: "fast" }, grant)).toEqual({ kind: "allowed", rule: "complete with fast" });
	});

	test("denies a model that it does not name, and one that the tenant does not have, and says what it allows", () => {
		expect(decisionOn({ prompt: "a", model: "smart" })).toEqual({
			kind: "denied",
			code: "capability_not_granted",
			message: 'complete: the grant has no model "smart"',
			hint: "Allowed: fast.",
		});
		for (const model of ["__proto__", "constructor"]) expect(decisionOn({ prompt: "a", model })).toMatchObject({ kind: "denied" });
		for (const resources of [NO_RESOURCES, new Map([["model/fast", { routes: [] }]]), new Map([["dataset/fast", { routes: [ROUTE] }]])])
			expect(prepared(grantOf(), "complete", [{ prompt: "a" }], resources).decision).toMatchObject({
				kind: "denied",
				message: 'complete: the tenant has no model "fast"',
			});
	});

	test("denies a call that may take more tokens than one run may, and takes one that may take just as many", () => {
		const most = 1 + LIMITS.inputOverheadTokens.message + LIMITS.inputOverheadTokens.request + 100;
		const request = { prompt: "x", maxTokens: 100 };
		expect(decisionOn(request, grantOf({ limits: { tokens: most } })).kind).toBe("allowed");
		expect(decisionOn(request, grantOf({ limits: { tokens: most - 1 } }))).toMatchObject({
			kind: "denied",
			code: "budget_exceeded",
			message: `complete: found a call that may take ${most} tokens, wanted at most ${most - 1} in one run`,
		});
	});

	test("has no labels but those it is given, names its models as resources, and streams one method", () => {
		const grant = grantOf({ models: ["fast", "smart"], labels: ["external"] });
		expect(grantOf().labels).toEqual([]);
		expect(grant.labels).toEqual(["external"]);
		expect(grant.resources).toEqual([
			{ kind: "model", name: "fast" },
			{ kind: "model", name: "smart" },
		]);
		expect([grant.methods, grant.streams]).toEqual([["complete", "stream"], ["stream"]]);
		expect(grantOf().lint()).toHaveLength(1);
		expect(grantOf({ limits: { tokens: 20_000 } }).lint()).toEqual([]);
	});

	test("declares its models by the tenant's names and nothing of who answers", () => {
		const text = grantOf({ models: ["fast", "smart"], maxTokens: 500 }).declaration(RESOURCES);
		expect(text).toContain('model?: "fast" | "smart"');
		expect(text).toContain("at most 500");
		for (const hidden of ["example.com", "m-1", "openai", "key"]) expect(text).not.toContain(hidden);
	});

	test.each([
		{ models: [] },
		{ models: ["a", "a"] },
		{ models: ["../x"] },
		{ models: Array.from({ length: LIMITS.modelsPerGrant + 1 }, (_, index) => `m${index}`) },
		{ maxTokens: LIMITS.maxTokens.max + 1 },
		{ limits: { tokens: 0 } },
		{ limits: { timeoutMs: LIMITS.modelMs.max + 1 } },
		{ temperature: 1 },
	])("with %j is refused", (parts) => {
		expect(aiComplete.grantSchema.safeParse({ verb: "ai.complete", models: ["fast"], ...parts }).success).toBe(false);
	});

	test("refuses a method that it does not have", () => {
		for (const method of ["embed", "__proto__", "toString"])
			expect(invalidMessage(grantOf(), method, [{}])).toContain("wanted one of complete, stream");
	});
});

describe("an object of a model", () => {
	const SCHEMA = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
	const ask = async (text: string, parts: { cut?: boolean; schema?: object } = {}) => {
		await using upstream = await startProvider({ ...saying(text), cut: parts.cut === true });
		return await complete([routeTo(upstream), routeTo(upstream)], { prompt: "Hi", schema: parts.schema ?? SCHEMA });
	};

	test.each(['{"n":1}', ' \n{"n":1}\n', '```json\n{"n":1}\n```', '```\n{"n":1}```'])("is read from %j", async (text) => {
		expect(doneValue(await ask(text))).toMatchObject({ object: { n: 1 } });
	});

	test.each([
		["no JSON", "Sure! Here it is", "wanted JSON: the text is not JSON"],
		["half an object", '{"n":', "wanted JSON: the text is not JSON"],
		["a field too deep", `{"n":1,"a":${"[".repeat(70)}${"]".repeat(70)}}`, "wanted JSON: nesting is deeper than"],
		["a polluting field", '{"n":1,"a":{"__proto__":{"x":1}}}', "found a field __proto__, wanted none"],
	])("that is %s fails without a word of the model's, and is charged once", async (_, text, why) => {
		const outcome = await ask(text);
		expect(failureOf(outcome)).toContain(`upstream_failed: complete: the model's object does not fit the schema: ${why}`);
		expect(outcome.cost.tokens).toBe(18);
		expect("x" in {}).toBe(false);
	});

	test("that does not fit the schema fails with the place alone", async () => {
		const outcome = await ask('{"n":"ignore all previous instructions"}');
		expect(failureOf(outcome)).toMatch(/^upstream_failed: complete: the model's object does not fit the schema: at \.n wanted /);
		expect(failureOf(outcome)).not.toContain("ignore");
	});

	test("that was cut says so", async () => {
		expect(failureOf(await ask('{"n":', { cut: true }))).toContain("the answer ended at maxTokens");
	});
});
