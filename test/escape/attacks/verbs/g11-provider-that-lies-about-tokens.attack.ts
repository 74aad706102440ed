/*
 * G11 Uses a provider that says it used fewer than no tokens, endless ones, texts of them and none
 * wall: budget
 * covers: M03
 * ends: held
 */
import assert from "node:assert/strict";
import { Budget } from "../../../../contract/budgets.ts";
import { Model } from "../../../../contract/models.ts";
import { LIES } from "../../../platform/hostile-provider.ts";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

/** What one call is held as: the bytes sent, what is around them, and the answer asked for. */
const MOST_TOKENS = 181;

export const attack = async ({ api, servers }: Scene): Promise<void> => {
	const names = LIES.map((_, index) => `lie${index}`);
	for (const [index, name] of names.entries()) {
		const route = {
			provider: "openai-compatible",
			model: `lying-${index}`,
			secret: "model_key",
			baseUrl: `${servers.hostileProvider.origin}/v1`,
		};
		const prices = {
			usdMicrosPerMillionInput: 1_000_000,
			usdMicrosPerMillionOutput: 1_000_000,
		};
		await api.expect(200, Model, "PUT", `/v1/models/${name}`, {
			routes: [{ ...route, ...prices }],
		});
	}
	const { id } = await makeAgent(api, {
		name: "lied-to",
		policy: { grants: { llm: { verb: "ai.complete", models: names } } },
	});
	const program = `export default async (input, env) => { for (const model of input) await env.llm.complete({ prompt: "x", model, maxTokens: 100 }).catch(() => 0); };`;
	const run = await api.run({
		agent: "lied-to",
		program,
		language: "javascript",
		input: names,
	});
	assert.equal(run.status, "succeeded");
	const { lifetime } = (await api.expect(200, Budget, "GET", `/v1/agents/${id}/budget`)).windows;
	assert.ok(lifetime.settled.tokens > 0 && lifetime.settled.tokens <= names.length * MOST_TOKENS, `${lifetime.settled.tokens} tokens`);
	assert.deepEqual(
		Object.values(lifetime.held).filter((amount) => amount !== 0),
		[],
	);
};
