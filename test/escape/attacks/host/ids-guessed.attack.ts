/*
 * J21 Guesses ids next to those of another tenant
 * wall: tenancy
 * ends: held
 */
import { newId } from "../../../../contract/ids.ts";
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const SIGNS = "0123456789abcdefghjkmnpqrstvwxyz";

export const attack = async (scene: Scene): Promise<void> => {
	const { runId, agentId } = scene.victim;
	const near = (id: string): string[] => [...SIGNS].map((sign) => `${id.slice(0, -1)}${sign}`);
	const probes: Probe[] = [
		...near(runId).flatMap((id) => [{ path: `/v1/runs/${id}` }, { path: `/v1/runs/${id}/logs` }]),
		...near(agentId).map((id) => ({ path: `/v1/agents/${id}` })),
		...[
			runId.toUpperCase(),
			runId.replace("run_", "RUN_"),
			`${runId} `,
			`${runId}%00`,
			runId.slice(0, -1),
			`${runId}0`,
			runId.replace("run_", "agt_"),
			runId.replace("run_", ""),
		].map((id) => ({ path: `/v1/runs/${id}` })),
	];
	expectStatuses(probes, await probeAll(scene, probes), [404]);
	const ids = Array.from({ length: 2_000 }, () => newId("res").slice(-16));
	if (new Set(ids).size !== ids.length) throw new Error("Ids: found two alike among 2,000, wanted 80 random bits in each");
};
