/*
 * J06 Goes on using a key while it is revoked and rolled
 * wall: keys
 * ends: held
 */
import { NewKey } from "../../../../contract/tenants.ts";
import { probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	for (const end of ["DELETE", "roll"] as const) {
		const { id, value } = await scene.api.expect(201, NewKey, "POST", "/v1/keys", { name: `ends-by-${end.toLowerCase()}` });
		const path = end === "roll" ? `/v1/keys/${id}/roll` : `/v1/keys/${id}`;
		let isOver = false;
		const revoking = scene.api.request(end === "roll" ? "POST" : "DELETE", path).then(() => {
			isOver = true;
		});
		const late: number[] = [];
		const use = async (): Promise<void> => {
			for (let turn = 0; turn < 10; turn += 1) {
				const startedAfter = isOver;
				const { status } = await probe(scene, { path: "/v1/agents", key: value });
				if (startedAfter && status !== 401) late.push(status);
			}
		};
		await Promise.all([revoking, ...Array.from({ length: 5 }, use)]);
		const after = await probeAll(
			scene,
			Array.from({ length: 10 }, () => ({ path: "/v1/agents", key: value })),
		);
		if (late.length > 0 || after.some(({ status }) => status !== 401))
			throw new Error(`A key after ${end}: found ${[...late, ...after.map(({ status }) => status)].join(", ")}, wanted 401`);
	}
};
