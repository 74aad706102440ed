/*
 * X37 Uses a tenant's key, and guesses of the operator's token, for what is the operator's
 * wall: keys
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { expectStatuses, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { victimsIds } from "../../victims-ids.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const operators = operationProbes(await victimsIds(scene)).filter(({ access }) => access.kind === "operator");
	if (operators.length < 4) throw new Error(`The operator's operations: found ${operators.length}, wanted all of them`);
	const guesses = [scene.attacker.key, null, "undefined", "null", "admin", "0", "local", "ADMIN_TOKEN", "true", "x".repeat(44)];
	const probes = operators.flatMap((each) => guesses.map((key) => ({ ...each, key })));
	expectStatuses(probes, await probeAll(scene, probes), [401]);
};
