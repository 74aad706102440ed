import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { RunWatch } from "../../../supervisor/watch-run.ts";

/** Says when it has so many threads more than Node begins with, and waits. */
const crowdOf = (threads: number) =>
	spawn(process.execPath, ["-e", "require('node:dns').lookup('localhost', () => console.log('ready')); setInterval(() => {}, 1000)"], {
		env: { UV_THREADPOOL_SIZE: String(threads) },
		stdio: ["ignore", "pipe", "ignore"],
	});

test.each([
	["more", LIMITS.executorThreads, "memory"],
	["fewer", LIMITS.executorThreads / 2, "wall"],
] as const)("a process of %s threads than it may have is ended for: %s, %s", async (_, threads, reason) => {
	const crowd = crowdOf(threads);
	await once(crowd.stdout, "data");
	const { pid } = crowd;
	if (pid === undefined) throw new Error("the crowd has no pid");
	const watched = { pid, kill: () => void crowd.kill("SIGKILL") };
	const watch = new RunWatch(watched, { cpuMs: 60_000, memoryMb: 1_000, wallMs: 400 }, new AbortController().signal);
	await once(crowd, "exit");
	watch.end();
	expect(watch.reason).toBe(reason);
});
