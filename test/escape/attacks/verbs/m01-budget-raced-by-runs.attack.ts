/*
 * M01 Starts many runs at once of an agent whose budget pays for three
 * wall: budget
 * ends: held
 */
import assert from "node:assert/strict";
import { Budget } from "../../../../contract/budgets.ts";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

export const attack = async ({ api }: Scene): Promise<void> => {
	const { id } = await makeAgent(api, {
		name: "raced",
		policy: { grants: {}, limits: { wallMs: 5_000, cpuMs: 500 } },
	});
	const path = `/v1/agents/${id}/budget`;
	await api.expect(200, Budget, "PUT", path, {
		limits: { lifetime: { runs: 3 } },
	});
	const begin = () =>
		api.request("POST", "/v1/runs", {
			agent: "raced",
			program: "export default () => 1",
			language: "javascript",
		});
	const statuses = (await Promise.all(Array.from({ length: 12 }, begin))).map(({ status }) => status);
	assert.equal(statuses.filter((status) => status === 201).length, 3);
	assert.deepEqual([...new Set(statuses)].sort(), [201, 402]);
	const { settled, held } = (await api.expect(200, Budget, "GET", path)).windows.lifetime;
	assert.deepEqual([settled.runs, held.runs], [3, 0]);
};
