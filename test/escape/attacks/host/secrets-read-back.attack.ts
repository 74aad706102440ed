/*
 * X48 Tries to read a sealed secret by every operation, and to name secrets as paths
 * wall: secrets
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	// The runner's client looks for the value in every answer; probe looks for it too.
	const readings = operationProbes([scene.agentId]).filter(({ method, access }) => method === "GET" && access.kind === "scope");
	for (const reading of readings) await probe(scene, { path: reading.path.replace("nobodys", scene.secretName) });
	await probeAll(
		scene,
		["GET", "POST", "PATCH"].map((method) => ({ method, path: `/v1/secrets/${scene.secretName}` })),
	);
	const again = await probe(scene, { method: "PUT", path: "/v1/secrets/read-back", body: { value: "x".repeat(20_000) } });
	if (again.status !== 400 || again.text.includes("xxxxxxxx"))
		throw new Error(`A secret that is too long: found ${again.status} ${again.text.slice(0, 100)}, wanted a refusal without it`);
	const badly = await probe(scene, { method: "PUT", path: "/v1/secrets/read-back", body: { value: ["sealed-in-a-list"] } });
	const twice = await probe(scene, {
		method: "PUT",
		path: "/v1/secrets/read-back",
		body: { value: "sealed-and-more", comment: "sealed-and-more" },
	});
	if (badly.text.includes("sealed-in") || twice.text.includes("sealed-and"))
		throw new Error("A refusal of a secret: found its value said back, wanted none of it");
	const names = await probeAll(
		scene,
		["..%2fkeys", "%2e%2e", "a%2fb", "a%00", "A".repeat(65), "__proto__%20", "a b", "%20"].map((name) => ({
			method: "PUT",
			path: `/v1/secrets/${name}`,
			body: { value: "x" },
		})),
	);
	const open = names.findIndex(({ status }) => status < 400);
	if (open !== -1) throw new Error(`Names of secrets: found the one at ${open} taken, wanted all refused`);
};
