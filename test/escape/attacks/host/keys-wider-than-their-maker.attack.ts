/*
 * X38 Makes, rolls and names keys with more scopes than the key that makes them has
 * wall: keys
 * ends: held
 */
import { z } from "zod";
import { NewKey, SCOPES } from "../../../../contract/tenants.ts";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const small = await scene.api.expect(201, NewKey, "POST", "/v1/keys", { name: "small", scopes: ["write:keys", "read:runs"] });
	const tries = [
		{ name: "wider", scopes: [...SCOPES] },
		{ name: "wider", scopes: ["write:keys", "write:secrets"] },
		{ name: "wider", scopes: ["*"] },
		{ name: "wider", scopes: ["read:runs "] },
		{ name: "wider", scopes: ["READ:RUNS"] },
		{ name: "wider", scopes: [] },
		{ name: "wider", tenant: scene.victim.id, scopes: ["read:runs"] },
	];
	for (const body of tries) {
		const { status, text } = await probe(scene, { method: "POST", path: "/v1/keys", key: small.value, body });
		if (status < 400) throw new Error(`A key with ${JSON.stringify(body.scopes)}: found ${text.slice(0, 200)}, wanted a refusal`);
	}
	const plain = await probe(scene, { method: "POST", path: "/v1/keys", key: small.value, body: { name: "same" } });
	const { scopes } = z.object({ scopes: z.array(z.string()) }).parse(JSON.parse(plain.text));
	if (scopes.toSorted().join() !== "read:runs,write:keys")
		throw new Error(`A key without scopes named: found ${scopes.join()}, wanted its maker's`);
};
