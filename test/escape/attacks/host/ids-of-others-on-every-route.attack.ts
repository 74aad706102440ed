/*
 * J08 Asks every operation that takes an id for what another tenant has
 * wall: tenancy
 * ends: held
 */
import { operationProbes } from "../../operation-probes.ts";
import { expectStatuses, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { nobodysIds, victimsIds } from "../../victims-ids.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const theirs = operationProbes(await victimsIds(scene)).filter(({ hasId, access }) => hasId && access.kind === "scope");
	const nobodys = operationProbes(nobodysIds()).filter(({ hasId, access }) => hasId && access.kind === "scope");
	if (theirs.length < 15) throw new Error(`Operations with an id: found ${theirs.length}, wanted all of them`);
	const [answers, unknown] = [await probeAll(scene, theirs), await probeAll(scene, nobodys)];
	expectStatuses(theirs, answers, [404]);
	answers.forEach(({ text }, index) => {
		const [one, other] = [text, unknown[index]?.text ?? ""].map((each) => each.replaceAll(/"requestId":"[^"]*"/g, ""));
		if (one !== other)
			throw new Error(`${theirs[index]?.operation}: found ${one} for another tenant's id and ${other} for nobody's, wanted the same`);
	});
};
