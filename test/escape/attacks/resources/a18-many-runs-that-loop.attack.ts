/*
 * A18 Starts sixteen runs at once, each of which loops as long as it may
 * wall: neighbours
 * ends: held
 */
import assert from "node:assert/strict";
import { untilOver } from "../../check-run.ts";
import type { Scene } from "../../scene.ts";

const RUNS = 16;
const CPU_MS = 60;

export const attack = async (scene: Scene): Promise<void> => {
	const { api, victim } = scene;
	const program = "export default async () => { for (;;); }";
	const limits = { cpuMs: CPU_MS, wallMs: 25_000 };
	const run = async () => untilOver(scene, await api.run({ agent: "hostile", program, language: "javascript", limits }));
	const loops = Array.from({ length: RUNS }, run);
	for (let i = 0; i < 3; i += 1) await victim.work();
	const codes = (await Promise.all(loops)).map(({ error }) => error?.code);
	assert.deepEqual(new Set(codes), new Set(["cpu_exceeded"]));
};
