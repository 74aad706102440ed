import { spawn } from "node:child_process";
import { once } from "node:events";
import { getPriority } from "node:os";
import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { RunWatch } from "../../../supervisor/watch-run.ts";

const watchOf = (pid: number, kill: () => void) =>
	new RunWatch({ pid, kill }, { cpuMs: 60_000, memoryMb: 1_000, wallMs: 60_000 }, new AbortController().signal);

test("a run that works for long goes behind those that do not, and one that waits stays", async () => {
	const busy = spawn(process.execPath, ["-e", "console.log('up'); for (;;);"], { stdio: ["ignore", "pipe", "ignore"] });
	const idle = spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1000);"], { stdio: ["ignore", "pipe", "ignore"] });
	await Promise.all([once(busy.stdout, "data"), once(idle.stdout, "data")]);
	const [long, short] = [busy, idle].map(({ pid }) => pid ?? 0);
	if (long === undefined || short === undefined) throw new Error("the processes have no pids");
	const before = getPriority(short);
	const watches = [long, short].map((pid) => watchOf(pid, () => {}));
	await expect.poll(() => getPriority(long), { timeout: 15_000 }).toBe(getPriority() + LIMITS.executorNice.long);
	expect(getPriority(short)).toBe(before);
	for (const each of watches) each.end();
	for (const each of [busy, idle]) each.kill("SIGKILL");
});
