/*
 * J02 Changes one character of a good key at each of its places
 * wall: keys
 * ends: held
 */
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { key } = scene.attacker;
	const changed = Array.from(key, (sign, at) => `${key.slice(0, at)}${sign === "a" ? "b" : "a"}${key.slice(at + 1)}`);
	const swapped = [
		key.split("").reverse().join(""),
		`${key.slice(0, 20)}${scene.victim.key.slice(20)}`,
		`${scene.victim.key.slice(0, 20)}${key.slice(20)}`,
	];
	const probes: Probe[] = [...changed, ...swapped].map((each) => ({ path: "/v1/agents", key: each }));
	expectStatuses(probes, await probeAll(scene, probes), [401]);
};
