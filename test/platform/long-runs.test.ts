import { afterAll, beforeAll, expect, it } from "vitest";
import { Run } from "../../contract/runs.ts";
import { sharePlatform } from "./share-platform.ts";
import { makeAgent, type Platform, pollUntil } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

it("long runs go through the queue side by side: none waits for another's end", async () => {
	await makeAgent(platform.api, { name: "patient", policy: { grants: {}, limits: { wallMs: 600_000 } } });
	const sleeper = "export default () => new Promise((resolve) => setTimeout(() => resolve('slept'), 600_000));";
	const sleeping = await Promise.all([1, 2].map(() => platform.api.run({ agent: "patient", program: sleeper, wait: 0 })));
	const quick = await platform.api.run({ agent: "patient", program: "export default () => 'quick';" });
	expect(quick).toMatchObject({ status: "succeeded", result: "quick" });
	const statuses = async () =>
		Promise.all(sleeping.map(async ({ id }) => (await platform.api.expect(200, Run, "GET", `/v1/runs/${id}`)).status));
	expect(await pollUntil(statuses, (now) => now.every((status) => status === "running"))).toEqual(["running", "running"]);
	for (const { id } of sleeping) await platform.api.request("POST", `/v1/runs/${id}/cancel`);
});
