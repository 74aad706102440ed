import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Model } from "../../contract/models.ts";
import { Call, type Run } from "../../contract/runs.ts";
import type { Upstream } from "../node/verbs/upstream.ts";
import { refusing, saying, startProvider } from "../providers/start-provider.ts";
import { allPages, makeAgent, type Platform, startPlatform } from "./start-platform.ts";

const KEY = `sk-${randomBytes(24).toString("hex")}`;
const PROVIDERS = ["openai", "anthropic", "google", "openai-compatible", "workers-ai"] as const;
let platform: Platform;
let speaking: Upstream;
let limited: Upstream;
let echoing: Upstream;
let leading: Upstream;

const routeTo = (upstream: Upstream, parts: object = {}) => ({
	provider: "openai-compatible",
	model: "hidden-model-1",
	secret: "model_key",
	baseUrl: `${upstream.origin}/v1`,
	usdMicrosPerMillionInput: 3_000_000,
	usdMicrosPerMillionOutput: 15_000_000,
	...parts,
});

beforeAll(async () => {
	[speaking, limited, echoing] = await Promise.all([
		startProvider(saying("one ", "two ", "three")),
		startProvider(refusing(429)),
		startProvider(saying(`key: ${KEY.slice(0, 10)}`, `${KEY.slice(10)}.`)),
	]);
	leading = await startProvider(refusing(307, "", { location: `${speaking.origin}/led/v1/chat/completions` }));
	platform = await startPlatform([speaking, limited, echoing, leading].map(({ port }) => `127.0.0.1:${port}`));
	const { api } = platform;
	await api.request("PUT", "/v1/secrets/model_key", { value: KEY });
	const models: Record<string, object[]> = {
		fast: [routeTo(limited), routeTo(speaking)],
		echo: [routeTo(echoing)],
		away: [routeTo(leading)],
		down: [routeTo(limited), routeTo(limited)],
		...Object.fromEntries(PROVIDERS.map((provider) => [provider, [routeTo(speaking, { provider })]])),
	};
	for (const [name, routes] of Object.entries(models)) await api.expect(200, Model, "PUT", `/v1/models/${name}`, { routes });
	await makeAgent(api, {
		name: "asker",
		policy: {
			grants: {
				llm: { verb: "ai.complete", models: ["fast", "echo", "down", "away", ...PROVIDERS], limits: { tokens: 20_000, calls: 100 } },
				little: { verb: "ai.complete", models: ["fast"], limits: { tokens: 1_000 } },
				lost: { verb: "ai.complete", models: ["nobody_named_it"] },
			},
			limits: { wallMs: 60_000, cpuMs: 5_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([speaking, limited, echoing, leading].map((upstream) => upstream[Symbol.asyncDispose]()));
});

/** Runs a program and looks for what it must never see. */
const run = async (body: string): Promise<Run> => {
	const made = await platform.api.run({ agent: "asker", program: `export default async (input, env) => { ${body} };` });
	const shown = JSON.stringify(made);
	for (const hidden of [KEY, "hidden-model-1", "127.0.0.1", "upstream text"]) expect(shown).not.toContain(hidden);
	return made;
};
const CAUGHT = "(e) => [e.code, e.message]";

describe("ai.complete on the whole platform", () => {
	test("answers from the second route, under the tenant's name, and costs what was counted", async () => {
		const { result, usage, id } = await run(`return env.llm.complete({ prompt: "Count", maxTokens: 50 });`);
		expect(result).toEqual({
			text: "one two three",
			usage: { inputTokens: 11, outputTokens: 7, estimated: false },
			model: "fast",
			finishReason: "stop",
		});
		expect(usage).toMatchObject({ calls: 1, tokens: 18 });
		// 11 tokens at $3 and 7 at $15 a million, and what the run's own time costs.
		expect(usage.usdMicros).toBeGreaterThanOrEqual(138);
		expect(usage.usdMicros).toBeLessThan(200);
		expect(usage.egressBytes).toBeGreaterThan(100);
		const calls = await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 10);
		expect(calls).toMatchObject([{ grant: "llm", verb: "ai.complete", method: "complete" }]);
	});

	test("speaks every provider's format from within workerd, whole and in parts", async () => {
		const { result } = await run(`
			const got = [];
			for (const model of ${JSON.stringify(PROVIDERS)}) {
				const whole = await env.llm.complete({ prompt: "Count", model, maxTokens: 50 });
				const stream = env.llm.stream({ prompt: "Count", model, maxTokens: 50 });
				const parts = [];
				for await (const part of stream) parts.push(part.text);
				got.push([model, whole.text, parts, (await stream.result).usage.outputTokens]);
			}
			return got;`);
		expect(result).toEqual(PROVIDERS.map((provider) => [provider, "one two three", ["one ", "two ", "three"], 7]));
	});

	test("gives back no key that a provider echoes, whole or across parts", async () => {
		const { result } = await run(`
			const whole = await env.llm.complete({ prompt: "x", model: "echo", maxTokens: 50 });
			const parts = [];
			for await (const part of env.llm.stream({ prompt: "x", model: "echo", maxTokens: 50 })) parts.push(part.text);
			return [whole.text, parts.join("")];`);
		expect(result).toEqual(["key: [redacted].", "key: [redacted]."]);
	});

	test("says how a call failed in words that name nobody", async () => {
		const { result, usage } = await run(`return [
			await env.llm.complete({ prompt: "x", model: "down", maxTokens: 50 }).catch(${CAUGHT}),
			await env.llm.complete({ prompt: "x", model: "smart" }).catch(${CAUGHT}),
			await env.lost.complete({ prompt: "x" }).catch(${CAUGHT}),
			await env.llm.complete({ prompt: "" }).catch((e) => e.code),
		];`);
		expect(result).toEqual([
			["upstream_failed", expect.stringContaining("all 2 routes of the model failed: rate limited, rate limited")],
			["capability_not_granted", expect.stringContaining('the grant has no model "smart"')],
			["capability_not_granted", expect.stringContaining('the tenant has no model "nobody_named_it"')],
			"invalid_arguments",
		]);
		expect(usage.tokens).toBe(0);
		expect(usage.usdMicros).toBeLessThan(100);
	});

	test("follows no redirect, not even to what the operator opened: the key would go along", async () => {
		const { result } = await run(`return env.llm.complete({ prompt: "x", model: "away", maxTokens: 50 }).catch(${CAUGHT});`);
		expect(result).toEqual(["upstream_failed", expect.stringContaining("the model failed: refused")]);
		expect(leading.seen).toHaveLength(1);
		expect(speaking.seen.filter(({ path }) => path.startsWith("/led"))).toEqual([]);
	});

	test("stops at the grant's tokens of one run", async () => {
		const { result, usage } = await run(`
			const codes = [];
			for (let i = 0; i < 60; i++) codes.push(await env.little.complete({ prompt: "x", maxTokens: 300 }).then(() => "done", (e) => e.code));
			return [codes[0], codes.at(-1), codes.filter((code) => code === "done").length];`);
		expect(result).toMatchObject(["done", "budget_exceeded", expect.any(Number)]);
		expect(usage.tokens).toBeLessThanOrEqual(1_000);
		expect(usage.tokens).toBeGreaterThan(18);
	});

	test("lets a program leave a stream, and settles the call", async () => {
		const { status, result, id } = await run(`for await (const part of env.llm.stream({ prompt: "x", maxTokens: 50 })) return part.text;`);
		expect([status, result]).toEqual(["succeeded", "one "]);
		const calls = await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 10);
		expect(calls).toMatchObject([{ grant: "llm", method: "stream" }]);
	});

	test("is declared with the tenant's names of models", async () => {
		const agents = await platform.api.expect(
			200,
			z.object({ data: z.array(z.object({ id: z.string(), name: z.string() })) }),
			"GET",
			"/v1/agents",
		);
		const id = agents.data.find(({ name }) => name === "asker")?.id;
		const types = await fetch(`${platform.cordon.url}/v1/agents/${id}/types`, {
			headers: { authorization: `Bearer ${platform.cordon.key}` },
		});
		const text = await types.text();
		expect(text).toContain('model?: "fast" | "echo"');
		expect(text).not.toContain("hidden-model-1");
	});
});
