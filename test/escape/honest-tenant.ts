import { randomBytes } from "node:crypto";
import type { Run } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { runToEnd } from "../platform/run-to-end.ts";
import { makeAgent, type Platform } from "../platform/start-platform.ts";

/** Another tenant, whose runs must notice nothing and whose data nobody may see. */
export interface HonestTenant {
	readonly id: string;
	readonly key: string;
	readonly api: ApiClient;
	readonly agentId: string;
	/** A run of its own that has ended. Its result, its log, its file and its state have `marker`. */
	readonly runId: string;
	/** What no answer to anybody else may have. */
	readonly marker: string;
	/** Runs an honest program. @returns how long it took, milliseconds. @throws when it noticed anything */
	work(): Promise<number>;
}

const HONEST = `export default async (input, env) => {
	if (Object.keys(globalThis).some((name) => /hostile|escaped/i.test(name))) throw new Error("somebody was here");
	if ({}.polluted !== undefined || [].polluted !== undefined || (() => {}).polluted !== undefined) throw new Error("polluted");
	if (await env.files.exists("/workspace/n.txt")) throw new Error("somebody's file is here");
	await env.files.writeText("/workspace/n.txt", String(input.n));
	console.log("honest", input.n);
	return JSON.parse(await env.files.readText("/workspace/n.txt")) + 1;
};`;

const KEEPER = `export default async (input, env) => {
	await env.files.writeText("/workspace/kept.txt", input.marker);
	await env.state.put("kept", input.marker);
	console.log(input.marker);
	return input.marker;
};`;

export const startHonestTenant = async (platform: Platform): Promise<HonestTenant> => {
	const { id, api, key } = await platform.tenant("honest");
	const agent = await makeAgent(api, {
		name: "honest",
		policy: {
			grants: {
				files: { verb: "files", mounts: { "/workspace": "write" } },
				state: { verb: "state", prefix: "honest/", mode: "write" },
			},
			limits: { wallMs: 60_000, cpuMs: 5_000 },
		},
	});
	const marker = `belongs-to-another-tenant-${randomBytes(12).toString("hex")}`;
	const kept = await api.run({ agent: "honest", program: KEEPER, language: "javascript", input: { marker } });
	if (kept.status !== "succeeded") throw new Error(`Starting the honest tenant: found ${kept.status}, wanted succeeded`);
	let runs = 0;
	const check = (run: Run, n: number): void => {
		const isRight = run.status === "succeeded" && run.result === n + 1 && run.logs.length === 1 && run.logs[0]?.text === `honest ${n}`;
		if (isRight) return;
		const found = JSON.stringify([run.id, run.status, run.error?.code, run.error?.message, run.result, run.logs]);
		throw new Error(`The honest run beside it: found ${found.slice(0, 600)}, wanted it to succeed with ${n + 1}`);
	};
	return {
		id,
		key,
		api,
		agentId: agent.id,
		runId: kept.id,
		marker,
		work: async () => {
			runs += 1;
			const n = runs;
			const from = performance.now();
			check(await runToEnd(api, { agent: "honest", program: HONEST, language: "javascript", input: { n } }), n);
			return performance.now() - from;
		},
	};
};
