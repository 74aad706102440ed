/*
 * G01 Runs programs of its own as its own agent, with more grants, more budget and more children than it was given
 * wall: grants
 * ends: held
 */
import assert from "node:assert/strict";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const CHILD = `export default async (input, env) => {
	const got = Object.keys(env).filter((name) => name !== "files" && name !== "again");
	if (input.depth > 0 && env.again) {
		const deeper = await env.again.run({ program: input.program, input: { ...input, depth: input.depth - 1 } }).then(({ status, error, result }) => result ?? error.code, (error) => error.code);
		return [got, deeper];
	}
	return [got];
};`;
const PROGRAM = `export default async (input, env) => {
	const said = [];
	for (const order of [{ grants: ["web"] }, { grants: ["files", "web"] }, { grants: [] }, {}, { budget: { runs: 50 } }, { budget: { cpuMs: 99_999 } }, { labels: [] }])
		said.push(await env.again.run({ program: input.program, input: { depth: 3, program: input.program }, ...order }).then(({ result, error }) => result ?? error.code, (error) => error.code));
	return said;
};`;

export const attack = async ({ api, upstream }: Scene): Promise<void> => {
	const grants = {
		files: { verb: "files", mounts: { "/workspace/output": "write" } },
		web: { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["GET"] }] },
		again: { verb: "agent.run", agent: "self", budget: { runs: 3, calls: 20, cpuMs: 1_000, wallMs: 8_000, usdMicros: 20_000 } },
	};
	await makeAgent(api, { name: "breeder", policy: { grants, limits: { wallMs: 25_000, cpuMs: 5_000 } } });
	// This run has no `web`: nothing below it may have it, whatever its agent has.
	const run = await api.run({
		agent: "breeder",
		program: PROGRAM,
		language: "javascript",
		input: { program: CHILD },
		grants: ["files", "again"],
	});
	assert.equal(run.status, "succeeded", JSON.stringify(run.error));
	const said = JSON.stringify(run.result);
	assert.ok(!said.includes("web"), said);
	assert.ok(said.includes("capability_not_granted") && said.includes("invalid_arguments"), said);
};
