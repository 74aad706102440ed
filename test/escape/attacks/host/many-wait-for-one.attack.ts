/*
 * K14 Submits sixty runs at once while another tenant submits one
 * wall: neighbours
 * covers: K09, A18
 * ends: held
 */
import { z } from "zod";
import { probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const Submitted = z.object({ id: z.string() });

export const attack = async (scene: Scene): Promise<void> => {
	const body = {
		agent: "hostile",
		grants: [],
		language: "javascript",
		wait: 0,
		program: "export default () => { const until = Date.now() + 50; for (let n = 0; n < 2e6; n += 1); return until > 0; }",
	};
	const flood = probeAll(
		scene,
		Array.from({ length: 60 }, () => ({ method: "POST", path: "/v1/runs", body })),
		40,
	);
	// It throws when the other tenant's run does not end well.
	const [answers] = await Promise.all([flood, scene.victim.work()]);
	const odd = answers.filter(({ status }) => ![201, 202, 402, 429].includes(status));
	const silent = answers.filter(({ status, headers }) => status === 429 && !headers.has("retry-after"));
	if (odd.length + silent.length > 0)
		throw new Error(`Sixty at once: found ${odd.length} odd answers and ${silent.length} refusals that say not when, wanted none`);
	const taken = answers.flatMap(({ status, text }) => (status < 300 ? [Submitted.parse(JSON.parse(text)).id] : []));
	if (taken.length === 0 || new Set(taken).size !== taken.length)
		throw new Error(`Sixty at once: found ${taken.length} taken, some alike, wanted each a run of its own`);
	// What was taken is there, whatever becomes of it; then it is called off, to leave the machine to others.
	const read = await probeAll(
		scene,
		taken.map((id) => ({ path: `/v1/runs/${id}` })),
	);
	if (read.some(({ status }) => status !== 200)) throw new Error("Runs that were taken: found some missing, wanted each to be there");
	await probeAll(
		scene,
		taken.map((id) => ({ method: "POST", path: `/v1/runs/${id}/cancel` })),
	);
};
