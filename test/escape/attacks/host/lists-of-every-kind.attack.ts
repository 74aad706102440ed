/*
 * X36 Reads every list for anything of another tenant
 * wall: tenancy
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { victimsIds } from "../../victims-ids.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const ids = await victimsIds(scene);
	const lists = operationProbes([]).filter(
		({ method, path, access }) => method === "GET" && access.kind === "scope" && !path.includes("nobodys"),
	);
	if (lists.length < 8) throw new Error(`Lists: found ${lists.length}, wanted all of them`);
	for (const list of lists) {
		const { text } = await probe(scene, {
			path: list.path === "/v1/usage" ? "/v1/usage?from=1&to=2000000000000" : `${list.path}?limit=200`,
		});
		const seen = ids.find((id) => text.includes(id));
		if (seen !== undefined) throw new Error(`GET ${list.path}: found an id of another tenant, wanted none`);
	}
};
