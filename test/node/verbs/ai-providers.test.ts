import { describe, expect, test } from "vitest";
import { saying, startProvider } from "../../providers/start-provider.ts";
import { complete, failureOf, KEY, PROVIDERS, routeTo } from "./completing.ts";
import { doneValue } from "./perform.ts";

const PROMPT = { prompt: "Say hé", maxTokens: 50, temperature: 0.5 };
const USAGE = { inputTokens: 11, outputTokens: 7, estimated: false };
/** 11 tokens at $3 and 7 at $15 a million. */
const COST = { tokens: 18, usdMicros: 138 };
const SCHEMA = { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false };

describe.each(PROVIDERS)("a route to %s", (provider) => {
	test("answers a prompt in one piece, under the tenant's name of the model, at what it counted", async () => {
		await using upstream = await startProvider(saying("Hé", "llo"));
		const outcome = await complete([routeTo(upstream, { provider })], PROMPT);
		expect(doneValue(outcome)).toEqual({ text: "Héllo", usage: USAGE, model: "fast", finishReason: "stop" });
		expect(outcome.cost).toMatchObject(COST);
		expect(outcome.cost.egressBytes).toBeGreaterThan(upstream.seen[0]?.body.length ?? Number.POSITIVE_INFINITY);
	});

	test("answers in parts, and says the whole at the end", async () => {
		await using upstream = await startProvider(saying("Hé", "ll", "o"));
		const outcome = await complete([routeTo(upstream, { provider })], PROMPT, { method: "stream" });
		expect(doneValue(outcome)).toEqual({ text: "Héllo", usage: USAGE, model: "fast", finishReason: "stop" });
		expect(outcome.emitted).toEqual([{ text: "Hé" }, { text: "ll" }, { text: "o" }]);
		expect(outcome.cost).toMatchObject(COST);
	});

	test("gives an object that fits the schema", async () => {
		await using upstream = await startProvider(saying('{"n":', "4}"));
		const outcome = await complete([routeTo(upstream, { provider })], { ...PROMPT, schema: SCHEMA });
		expect(doneValue(outcome)).toEqual({ object: { n: 4 }, usage: USAGE, model: "fast", finishReason: "stop" });
		expect(upstream.seen[0]?.body).toContain("integer");
	});

	test("is asked with the key in a header, the tokens, the temperature and every message, and nothing is kept there", async () => {
		await using upstream = await startProvider(saying("x"));
		const messages = [
			{ role: "system", content: "Be brief" },
			{ role: "user", content: "One" },
			{ role: "assistant", content: "Two" },
			{ role: "user", content: "Three" },
		];
		expect(failureOf(await complete([routeTo(upstream, { provider })], { messages, maxTokens: 50, temperature: 0.5 }))).toMatch(/^done/);
		const [seen] = upstream.seen;
		expect(JSON.stringify(seen?.headers)).toContain(KEY);
		expect(seen?.path).not.toContain(KEY);
		expect(seen?.body).not.toContain(KEY);
		for (const text of ["Be brief", "One", "Two", "Three", "50", "0.5"]) expect(seen?.body).toContain(text);
		if (provider === "openai") expect(JSON.parse(seen?.body ?? "")).toMatchObject({ store: false });
	});

	test("says that its answer was cut", async () => {
		await using upstream = await startProvider({ ...saying("x"), cut: true });
		for (const method of ["complete", "stream"] as const)
			expect(doneValue(await complete([routeTo(upstream, { provider })], PROMPT, { method }))).toMatchObject({ finishReason: "length" });
	});
});
