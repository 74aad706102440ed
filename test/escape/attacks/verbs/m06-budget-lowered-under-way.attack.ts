/*
 * M06 Goes on calling when its budget is lowered below what it has used
 * wall: budget
 * ends: held
 */
import assert from "node:assert/strict";
import { Budget } from "../../../../contract/budgets.ts";
import { Run } from "../../../../contract/runs.ts";
import { makeAgent, pollUntil } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `export default async (input, env) => {
	for (let made = 0; ; made += 1) {
		const said = await env.state.put("lowered", made).then(() => "put", (error) => error.code);
		if (said !== "put") return said;
	}
};`;

export const attack = async ({ api }: Scene): Promise<void> => {
	const state = { verb: "state", prefix: "lowered/", mode: "write" };
	const limits = { wallMs: 25_000, cpuMs: 5_000, calls: 10_000 };
	const { id } = await makeAgent(api, {
		name: "lowered",
		policy: { grants: { state }, limits },
	});
	const path = `/v1/agents/${id}/budget`;
	const { id: runId } = await api.run({
		agent: "lowered",
		program: PROGRAM,
		language: "javascript",
		wait: 0,
	});
	const read = () => api.expect(200, Run, "GET", `/v1/runs/${runId}`);
	await pollUntil(
		() => api.expect(200, Budget, "GET", path),
		({ windows }) => windows.lifetime.settled.calls + windows.lifetime.held.calls > 3,
	);
	await api.expect(200, Budget, "PUT", path, {
		limits: { lifetime: { calls: 1 } },
	});
	const run = await pollUntil(read, ({ endedAtMs }) => endedAtMs !== null);
	assert.equal(run.result, "budget_exceeded", JSON.stringify(run.error));
	const { held } = (await api.expect(200, Budget, "GET", path)).windows.lifetime;
	assert.equal(held.calls, 0);
};
