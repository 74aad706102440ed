/*
 * K01 Sends one request with one idempotency key fifty times at once
 * wall: idempotency
 * ends: held
 */
import { randomUUID } from "node:crypto";
import { probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const mark = randomUUID();
	const body = {
		agent: "hostile",
		grants: ["web"],
		language: "javascript",
		program: `export default async (input, env) => (await env.web.fetch("http://${scene.upstream.host}/once/${mark}", { method: "POST", body: "x" })).status;`,
	};
	const one = { method: "POST", path: "/v1/runs", headers: { "idempotency-key": mark }, body };
	const answers = await probeAll(
		scene,
		Array.from({ length: 50 }, () => one),
		50,
	);
	const ids = new Set(answers.flatMap(({ text }) => /"id":"(run_[0-9a-z]+)"/.exec(text)?.[1] ?? []));
	const effects = scene.upstream.arrived.filter(({ url }) => url === `/once/${mark}`).length;
	const others = answers.filter(({ status }) => ![201, 202, 409, 429].includes(status));
	if (ids.size !== 1 || effects > 1 || others.length > 0)
		throw new Error(
			`Fifty at once: found ${ids.size} runs, ${effects} effects, ${others.length} odd answers; wanted one run and one effect`,
		);
};
