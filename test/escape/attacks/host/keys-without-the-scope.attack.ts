/*
 * J07 Uses a key for every operation whose scope it does not have
 * wall: keys
 * ends: held
 */
import { NewKey } from "../../../../contract/tenants.ts";
import { operationProbes } from "../../operation-probes.ts";
import { expectStatuses, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { nobodysIds } from "../../victims-ids.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const make = (name: string, scope: string) => scene.api.expect(201, NewKey, "POST", "/v1/keys", { name, scopes: [scope] });
	const [runs, keys] = await Promise.all([make("reader-of-runs", "read:runs"), make("reader-of-keys", "read:keys")]);
	const probes = operationProbes([...nobodysIds(), scene.agentId]).flatMap((each) =>
		each.access.kind === "scope" ? [{ ...each, key: each.access.scope === "read:runs" ? keys.value : runs.value }] : [],
	);
	expectStatuses(probes, await probeAll(scene, probes), [403]);
};
