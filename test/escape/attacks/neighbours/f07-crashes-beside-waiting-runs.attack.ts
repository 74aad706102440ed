/*
 * F07 Crashes its executors by memory, CPU time and its own end while other runs of its tenant wait in line
 * wall: neighbours
 * ends: held
 */
import assert from "node:assert/strict";
import type { Run } from "../../../../contract/runs.ts";
import { runEnded } from "../../../platform/run-to-end.ts";
import type { Scene } from "../../scene.ts";

const CRASHES = [
	"const a = []; for (;;) a.push(new Array(1000).fill({}));",
	"for (;;);",
	"const { default: process } = await import(['node', 'process'].join(':')); process.exit(1);",
	"const { abortIsolate } = await import(['cloudflare', 'workers'].join(':')); abortIsolate('x');",
];

export const attack = async ({ api, victim }: Scene): Promise<void> => {
	const run = async (body: string): Promise<Run> => {
		const program = `export default async (input) => { ${body} };`;
		const limits = { cpuMs: 400, wallMs: 10_000, memoryMb: 64 };
		const begun = await api.run({ agent: "hostile", program, language: "javascript", limits, grants: [] });
		return runEnded(api, begun.id);
	};
	const crashing = CRASHES.map(run);
	const waiting = Array.from({ length: 6 }, (_, index) => run(`return ${index};`));
	const [crashed, worked] = await Promise.all([Promise.all(crashing), Promise.all(waiting), victim.work()]);
	assert.deepEqual(
		worked.map(({ result }) => result),
		[0, 1, 2, 3, 4, 5],
	);
	const expected = ["memory_exceeded", "cpu_exceeded", "never_settled", "program_threw"];
	for (const { status, error } of crashed) assert.ok(status === "failed" && expected.includes(error?.code ?? ""), JSON.stringify(error));
};
