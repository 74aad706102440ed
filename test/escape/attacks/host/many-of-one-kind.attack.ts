/*
 * X50 Sends policies, metadata and modules with thousands of entries, and asks for pages of a million
 * wall: host
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const many = (count: number, value: (index: number) => unknown): Record<string, unknown> =>
	Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value(index)]));

export const attack = async (scene: Scene): Promise<void> => {
	const program = "export default () => 1";
	const rule = { host: "api.example.com" };
	const policies = [
		{ grants: many(5_000, () => ({ verb: "budget.read" })) },
		{ grants: { web: { verb: "http.fetch", allow: Array.from({ length: 5_000 }, () => rule) } } },
		{ grants: { web: { verb: "http.fetch", allow: [{ ...rule, paths: Array.from({ length: 5_000 }, () => "/a") }] } } },
		{ grants: { web: { verb: "http.fetch", allow: [{ ...rule, paths: ["/**/a/**/b/**/c/**/d"] }] } } },
		{ grants: { web: { verb: "http.fetch", allow: [{ ...rule, paths: [`/${"*a".repeat(10_000)}`] }] } } },
	];
	const probes: Probe[] = [
		...policies.map((policy) => ({ method: "POST", path: "/v1/agents", body: { name: "wide", policy } })),
		{ method: "POST", path: "/v1/runs", body: { program, metadata: many(10_000, (index) => index) } },
		{
			method: "POST",
			path: "/v1/runs",
			body: {
				program,
				files: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`/workspace/input/${index}`, { text: "x" }])),
			},
		},
		{ method: "POST", path: "/v1/runs", body: { program, labels: Array.from({ length: 5_000 }, () => "untrusted") } },
		{ method: "POST", path: "/v1/runs", body: { program, grants: Array.from({ length: 5_000 }, (_, index) => `g${index}`) } },
		{ path: "/v1/runs?limit=1000000" },
	];
	expectStatuses(probes, await probeAll(scene, probes, 4), [400]);
};
