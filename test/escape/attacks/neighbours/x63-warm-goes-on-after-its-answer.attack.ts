/*
 * X63 Leaves timers, streams, calls and promises at work in its warm isolate when it answers, and listens to them in the runs after it
 * wall: neighbours
 * covers: F04
 * ends: held
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `const seen = [];
const say = (what) => { if (seen.length < 1000) seen.push(what); console.log("left over:", what); };
let settle;
let runs = 0;
export default async (input, env) => {
	runs += 1;
	if (input.leave) {
		const { waitUntil } = await import("cloudflare:workers").catch(() => ({}));
		const stay = (promise) => { try { waitUntil?.(promise); } catch {} return promise; };
		setTimeout(() => say("timer"), 1);
		setInterval(() => say("interval"), 1);
		scheduler.wait(1).then(() => say("wait"));
		AbortSignal.timeout(1).addEventListener("abort", () => say("abort"));
		stay(new Promise((resolve) => { settle = resolve; }).then(() => say("promise")));
		stay(env.web.fetch("http://" + input.upstream + "/warm-left").then(() => say("call"), () => say("refused call")));
		stay((async () => { for (;;) { await scheduler.wait(1); say("loop"); } })());
		const { readable, writable } = new TransformStream();
		const writer = writable.getWriter();
		stay((async () => { for await (const chunk of readable) say("stream"); })());
		seen.writer = writer;
		seen.length = 0;
		return runs;
	}
	try { settle("now"); } catch {}
	try { seen.writer.write(1).catch(() => {}); } catch {}
	await new Promise((resolve) => setTimeout(resolve, 60));
	return { runs, seen: [...seen] };
};`;

const Next = z.object({ runs: z.int(), seen: z.array(z.string()) });
/** Another run of the platform can take the process away in between: then it is tried again. */
const ROUNDS = 6;

export const attack = async ({ api, input, victim }: Scene): Promise<void> => {
	const web = { verb: "http.fetch", allow: [{ host: input.upstream, scheme: "http", methods: ["GET"] }] };
	const policy = { grants: { web }, flow: { labels: ["untrusted" as const] } };
	const agent = await makeAgent(api, { name: "warm-lingerer", program: PROGRAM, language: "javascript", isolation: "warm", policy });
	let warm = 0;
	for (let round = 0; round < ROUNDS && warm < 3; round += 1) {
		const left = await api.run({ agent: agent.id, input: { ...input, leave: true } });
		assert.equal(left.status, "succeeded");
		if (round === 0) await victim.work();
		const next = await api.run({ agent: agent.id, input });
		assert.equal(next.status, "succeeded");
		const { runs, seen } = Next.parse(next.result);
		assert.deepEqual([seen, next.logs], [[], []]);
		if (runs === Number(left.result) + 1) warm += 1;
	}
	assert.ok(warm > 0, `none of ${ROUNDS} runs came into the isolate of the one before it`);
};
