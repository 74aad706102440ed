/*
 * K12 Cancels runs in the moment in which they end, from several sides
 * wall: ledger
 * ends: held
 */
import { Run } from "../../../../contract/runs.ts";
import { runEnded } from "../../../platform/run-to-end.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const race = async (pauseMs: number): Promise<void> => {
		const begun = await scene.api.run({
			agent: "hostile",
			grants: ["files"],
			language: "javascript",
			wait: 0,
			input: pauseMs,
			program: "export default async (ms) => { await new Promise((r) => setTimeout(r, ms)); return 'ended'; }",
		});
		const told = await Promise.all(Array.from({ length: 3 }, () => scene.api.expect(200, Run, "POST", `/v1/runs/${begun.id}/cancel`)));
		const read = () => scene.api.expect(200, Run, "GET", `/v1/runs/${begun.id}`);
		const ended = await runEnded(scene.api, begun.id);
		const later = await read();
		const ends = new Set([...told.filter(({ endedAtMs }) => endedAtMs !== null), ended, later].map(({ status }) => status));
		if (ends.size !== 1 || !["succeeded", "cancelled"].includes(ended.status))
			throw new Error(`A race of cancel and end: found ${[...ends].join(", ")}, wanted one end that stays`);
		if (ended.status === "cancelled" && ended.result !== null) throw new Error("A cancelled run: found a result, wanted none");
	};
	await Promise.all([0, 1, 5, 20, 60].map(race));
};
