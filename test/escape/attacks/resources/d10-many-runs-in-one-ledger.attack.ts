/*
 * D10 Writes in one agent's record with six runs at once
 * wall: ledger
 * ends: held
 */
import assert from "node:assert/strict";
import { Call } from "../../../../contract/runs.ts";
import { allPages, makeAgent } from "../../../platform/start-platform.ts";
import { untilOver } from "../../check-run.ts";
import type { Scene } from "../../scene.ts";

const RUNS = 6;
const CALLS = 10;
const PROGRAM = `export default async (input, env) => {
	await Promise.all(Array.from({ length: ${CALLS} }, (_, i) => env.state.put("key " + i % 3, i).catch(() => {})));
	return env.state.get("key 0").then(() => 1);
};`;

export const attack = async (scene: Scene): Promise<void> => {
	const { api } = scene;
	const agent = await makeAgent(api, {
		name: "writers",
		policy: { grants: { state: { verb: "state", prefix: "w/", mode: "write" } }, limits: { wallMs: 60_000 } },
	});
	const run = async () => untilOver(scene, await api.run({ agent: agent.id, program: PROGRAM, language: "javascript" }));
	const runs = await Promise.all(Array.from({ length: RUNS }, run));
	assert.deepEqual(new Set(runs.map(({ status }) => status)), new Set(["succeeded"]));
	const pages = await Promise.all(runs.map(({ id }) => allPages(api, `/v1/runs/${id}/calls`, Call, 200)));
	for (const calls of pages) {
		assert.deepEqual(
			calls.map(({ seq }) => seq),
			Array.from({ length: CALLS + 1 }, (_, index) => index + 1),
		);
	}
	const entries = pages.flat().toSorted((a, b) => (a.entry ?? 0) - (b.entry ?? 0));
	assert.equal(new Set(entries.map(({ entry }) => entry)).size, RUNS * (CALLS + 1));
	assert.equal(new Set(entries.map(({ hash }) => hash)).size, RUNS * (CALLS + 1));
	// Other entries may stand between two calls; where none does, the later names the hash of the earlier.
	for (const [index, { entry, previousHash }] of entries.entries()) {
		const earlier = entries[index - 1];
		if (earlier !== undefined && entry === (earlier.entry ?? 0) + 1) assert.equal(previousHash, earlier.hash);
	}
};
