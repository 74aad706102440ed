/*
 * M04 Sets budgets to amounts that are no amounts
 * wall: budget
 * ends: held
 */
import assert from "node:assert/strict";
import { Budget } from "../../../../contract/budgets.ts";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const AMOUNTS = ["-1", "0.5", "1e308", "1e400", "9007199254740993", '"1"', "null", "[1]", "{}", "true", "NaN", "-0.1", '"__proto__"'];

export const attack = async ({ api }: Scene): Promise<void> => {
	const { id } = await makeAgent(api, {
		name: "wrong-amounts",
		policy: { grants: {} },
	});
	const path = `/v1/agents/${id}/budget`;
	const before = await api.expect(200, Budget, "GET", path);
	for (const amount of AMOUNTS) {
		const bodies = [
			`{"limits":{"lifetime":{"usdMicros":${amount}}}}`,
			`{"limits":{"run":{"calls":${amount}}}}`,
			`{"limits":{"lifetime":{"usdMicros":1,"__proto__":{"calls":${amount}}}}}`,
		];
		const answers = await Promise.all(bodies.map((body) => api.send("PUT", path, body, { "content-type": "application/json" })));
		assert.deepEqual(
			answers.map(({ status }) => status),
			[400, 400, 400],
			amount,
		);
	}
	assert.deepEqual((await api.expect(200, Budget, "GET", path)).limits, before.limits);
};
