/*
 * X35 Names another tenant's agent, run and secret in bodies and queries
 * wall: tenancy
 * ends: held
 */
import { expectStatuses, type Probe, probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { agentId, runId } = scene.victim;
	const program = "export default () => 1";
	const refused: Probe[] = [
		{ method: "POST", path: "/v1/runs", body: { agent: agentId, program } },
		{ method: "POST", path: "/v1/runs", body: { agent: "honest", program } },
		{ method: "POST", path: "/v1/runs", body: { agent: runId, program } },
		{ method: "POST", path: "/v1/runs", body: { agent: agentId.toUpperCase(), program } },
		{ method: "POST", path: "/v1/runs", body: { agent: ` ${agentId}`, program } },
	];
	const probes = refused.map((each) => ({ ...each, mayEcho: [agentId] }));
	expectStatuses(probes, await probeAll(scene, probes), [400, 404]);
	const lists = [`/v1/runs?agent=${agentId}`, `/v1/approvals?agent=${agentId}`, `/v1/usage?from=1&to=2000000000000&agent=${agentId}`];
	for (const path of lists) {
		const { status, text } = await probe(scene, { path, mayEcho: [agentId] });
		if (status === 200 && /"id":"(?:run|apr)_/.test(text)) throw new Error(`GET ${path}: found rows, wanted none of another tenant's`);
	}
};
