/*
 * J10 Adds fields of the host's own to every body that is taken
 * wall: tenancy
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { expectStatuses, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const own = operationProbes([scene.agentId, scene.victim.runId]).filter(({ access, takesJson }) => access.kind === "scope" && takesJson);
	const added = {
		tenantId: scene.victim.id,
		tenant: scene.victim.id,
		id: scene.victim.agentId,
		status: "succeeded",
		createdAtMs: 1,
		isAdmin: true,
		scope: "*",
		policyVersion: 1,
		constructor: {},
		usdMicros: -1,
	};
	const probes = own.flatMap((each) =>
		Object.entries(added).map(([name, value]) => ({ ...each, body: { ...Object(each.body), [name]: value } })),
	);
	// A path that names another tenant's is refused before its body is looked at, or after.
	expectStatuses(probes, await probeAll(scene, probes), [400, 404]);
	const raw = own.map((each) => ({
		...each,
		body: JSON.stringify(each.body).replace("{", '{"__proto__":{"isAdmin":true},').replace(",}", "}"),
	}));
	expectStatuses(raw, await probeAll(scene, raw), [400, 404]);
};
