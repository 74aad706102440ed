/*
 * X46 Asks for runs with limits, waits and budgets that are negative, endless or no numbers
 * wall: budget
 * covers: M04
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const program = "export default () => 1";
	const odd = [-1, 1.5, 1e308, 2 ** 53, "1000", true, null, [], {}, "NaN", -0.1];
	const fields = ["wallMs", "cpuMs", "memoryMb", "calls"];
	const probes: Probe[] = [
		...fields.flatMap((field) => odd.map((value) => ({ method: "POST", path: "/v1/runs", body: { program, limits: { [field]: value } } }))),
		...[...odd.filter((value) => value !== 1.5), 26].map((wait) => ({ method: "POST", path: "/v1/runs", body: { program, wait } })),
		...["usdMicros", "runs", "calls", "tokens", "egressBytes", "cpuMs"].flatMap((field) =>
			odd.map((value) => ({ method: "PUT", path: `/v1/agents/${scene.agentId}/budget`, body: { limits: { day: { [field]: value } } } })),
		),
		...[
			{ limits: { other: 1 } },
			{ limits: { wallMs: { $gt: 0 } } },
			{ isolation: "none" },
			{ labels: ["admin"] },
			{ labels: "untrusted" },
			{ env: { A: "b" } },
			{ compatibilityFlags: ["nodejs_compat"] },
			{ globalOutbound: "internet" },
			{ allowExperimental: true },
		].map((more) => ({ method: "POST", path: "/v1/runs", body: { program, ...more } })),
	];
	expectStatuses(probes, await probeAll(scene, probes), [400]);
};
