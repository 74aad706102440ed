import type { Scene } from "./scene.ts";

/** Text that only the host's own files have. */
const OF_THE_HOST = /root:x:0|harness\.js:\d|node_modules|workerd serve|BEGIN [A-Z ]*PRIVATE KEY/;

/**
 * Looks for what is the host's, another tenant's, or sealed, in all that an attacker was shown of a run. Sealed values are looked for by the scene's client too,
 * in each answer.
 * @throws Error that says what kind of thing was found, never the thing
 */
export const lookForLeaks = (scene: Scene, shown: string): void => {
	const { cordon } = scene.platform;
	const hidden: [what: string, value: string][] = [
		["the first tenant's key", cordon.key],
		["the operator's token", cordon.adminToken],
		["the data folder's path", cordon.dataFolder],
		["the attacker's own key", scene.attacker.key],
		["another tenant's key", scene.victim.key],
		["another tenant's data", scene.victim.marker],
		["another tenant's id", scene.victim.id],
		["another tenant's agent", scene.victim.agentId],
	];
	for (const [what, value] of hidden) {
		if (shown.includes(value)) throw new Error(`Looking for what leaked: found ${what}, wanted nothing of the kind`);
	}
	scene.platform.canaries.check("what the run shows", shown);
	const found = OF_THE_HOST.exec(shown)?.[0];
	if (found !== undefined) throw new Error(`Looking for what leaked: found "${found}", wanted nothing of the host`);
};
