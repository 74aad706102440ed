import type { RequestListener } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Replay } from "../../contract/replays.ts";
import { type LoopbackServer, startLoopbackServer } from "../../scripts/support/loopback-server.ts";
import { chanceOf, makeProgram } from "./replay-program.ts";
import { runToEnd } from "./run-to-end.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

/** How many programs, from which seed on: `REPLAY_PROGRAMS=1000 REPLAY_SEED=7`. A program that fails is told with its seed. */
const PROGRAMS = Number(process.env["REPLAY_PROGRAMS"] ?? 25);
const SEED = Number(process.env["REPLAY_SEED"] ?? Math.floor(Math.random() * 1_000_000_000));
const AT_ONCE = 8;

/** Answers in its own time, and not always: what it does the second time is something else. */
const arrivals = { count: 0 };
const answer: RequestListener = (request, response) => {
	arrivals.count += 1;
	request.resume();
	const fate = Math.random();
	setTimeout(() => {
		if (fate < 0.06) request.socket.destroy();
		else response.writeHead(fate < 0.15 ? 500 : 200).end(`${arrivals.count} ${fate}`);
	}, Math.random() * 8);
};

let upstream: LoopbackServer;
let platform: Platform;
beforeAll(async () => {
	upstream = await startLoopbackServer(answer);
	const { host } = upstream;
	platform = await startPlatform([host]);
	const grants = {
		web: { verb: "http.fetch", allow: [{ host, scheme: "http", methods: ["GET", "POST"] }] },
		state: { verb: "state" },
		files: { verb: "files", mounts: { "/workspace/output": "write" } },
	};
	await makeAgent(platform.api, {
		name: "player",
		policy: { grants, flow: { "private+untrusted -> external": "allow" }, limits: { calls: 300, cpuMs: 5_000 } },
	});
});
afterAll(async () => {
	await platform.stop();
	await upstream.close();
});

/** Does a work for each number, so many at a time. */
const forEach = async (count: number, work: (index: number) => Promise<void>): Promise<void> => {
	let next = 0;
	const some = async (): Promise<void> => {
		for (let index = next; index < count; index = next) {
			next += 1;
			await work(index);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, some));
};

test(`${PROGRAMS} generated programs replay identical, without one upstream request`, { timeout: 600_000 }, async () => {
	const ids: string[] = [];
	await forEach(PROGRAMS, async (index) => {
		const program = makeProgram(chanceOf(SEED + index), upstream.origin);
		const run = await runToEnd(platform.api, { agent: "player", program });
		expect([run.status, run.error?.code], `seed ${SEED + index}: ${run.error?.message}\n${program}`).toEqual(
			run.status === "failed" ? ["failed", "program_threw"] : ["succeeded", undefined],
		);
		ids[index] = run.id;
	});
	const before = arrivals.count;
	expect(before).toBeGreaterThan(PROGRAMS / 4);
	const diverged: unknown[] = [];
	await forEach(PROGRAMS, async (index) => {
		const { verdict, divergence } = await platform.api.expect(200, Replay, "POST", `/v1/runs/${ids[index]}/replay`, {});
		if (verdict !== "identical") diverged.push({ seed: SEED + index, divergence });
	});
	expect(diverged).toEqual([]);
	expect(arrivals.count).toBe(before);
});
