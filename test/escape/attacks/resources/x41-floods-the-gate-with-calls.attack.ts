/*
 * X41 Makes two thousand calls at once, with three hundred allowed
 * wall: ledger
 * ends: held
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { Call } from "../../../../contract/runs.ts";
import { allPages } from "../../../platform/start-platform.ts";
import { untilOver } from "../../check-run.ts";
import type { Scene } from "../../scene.ts";

const CALLS = 300;
const PROGRAM = `export default async (input, env) => {
	const codes = {};
	const count = (code) => { codes[code] = (codes[code] ?? 0) + 1; };
	await Promise.all(Array.from({ length: 2_000 }, () => env.files.exists("/workspace/output/a").then(() => count("ok"), (error) => count(error.code))));
	return codes;
};`;

export const attack = async (scene: Scene): Promise<void> => {
	const { api } = scene;
	const limits = { cpuMs: 5_000, wallMs: 24_000, calls: CALLS };
	const run = await untilOver(scene, await api.run({ agent: "hostile", program: PROGRAM, language: "javascript", limits }));
	if (run.status === "succeeded") {
		const codes = z.strictObject({ ok: z.int().max(CALLS), calls_exceeded: z.int() }).parse(run.result);
		assert.equal(codes.ok + codes.calls_exceeded, 2_000);
	} else assert.ok(["cpu_exceeded", "wall_time_exceeded", "memory_exceeded"].includes(run.error?.code ?? ""), run.error?.code);
	const calls = await allPages(api, `/v1/runs/${run.id}/calls`, Call, 200);
	assert.ok(calls.length <= CALLS);
	assert.deepEqual(
		calls.map(({ seq }) => seq),
		calls.map((_, index) => index + 1),
	);
};
