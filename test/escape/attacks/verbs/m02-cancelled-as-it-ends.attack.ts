/*
 * M02 Cancels runs in the moment in which they end, many times over, so that they would be settled twice
 * wall: budget
 * ends: held
 */
import assert from "node:assert/strict";
import { Budget } from "../../../../contract/budgets.ts";
import { Run } from "../../../../contract/runs.ts";
import { runEnded } from "../../../platform/run-to-end.ts";
import { makeAgent, pollUntil } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const RUNS = 8;

export const attack = async ({ api }: Scene): Promise<void> => {
	const { id } = await makeAgent(api, {
		name: "cancelled-as-it-ends",
		policy: { grants: {}, limits: { wallMs: 5_000, cpuMs: 500 } },
	});
	const race = async (index: number): Promise<string> => {
		const program = `export default async () => { await new Promise((resolve) => setTimeout(resolve, ${index * 10})); };`;
		const begun = await api.run({
			agent: "cancelled-as-it-ends",
			program,
			language: "javascript",
			wait: 0,
		});
		const cancel = () => api.request("POST", `/v1/runs/${begun.id}/cancel`);
		const answers = await Promise.all([cancel(), cancel(), cancel()]);
		for (const { status } of answers) assert.ok(status === 200 || status === 409, `${status}`);
		const read = () => api.expect(200, Run, "GET", `/v1/runs/${begun.id}`);
		const { status } = await runEnded(api, begun.id);
		await cancel();
		assert.equal((await read()).status, status);
		return status;
	};
	const statuses = await Promise.all(Array.from({ length: RUNS }, (_, index) => race(index)));
	assert.deepEqual(
		statuses.filter((status) => status !== "cancelled" && status !== "succeeded"),
		[],
	);
	const { settled, held } = (
		await pollUntil(
			() => api.expect(200, Budget, "GET", `/v1/agents/${id}/budget`),
			({ windows }) => windows.lifetime.held.runs === 0 && windows.lifetime.held.cpuMs === 0,
		)
	).windows.lifetime;
	assert.deepEqual([settled.runs, held.runs, held.cpuMs, held.usdMicros], [RUNS, 0, 0, 0]);
};
