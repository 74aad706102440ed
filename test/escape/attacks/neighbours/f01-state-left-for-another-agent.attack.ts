/*
 * F01 Leaves entries for other agents: under their prefix, under names that lead there, in shapes that their reader trusts
 * wall: tenancy
 * ends: held
 */
import assert from "node:assert/strict";
import type { Scene } from "../../scene.ts";

const LEAVE = `export default async (input, env) => {
	const codes = new Set();
	for (const key of ["kept", "../honest/kept", "/honest/kept", "honest/kept", "hostile/../../honest/kept"])
		codes.add(await env.state.put(key, { $date: "x", __proto__: { kept: 1 }, owner: "hostile" }).then(() => "put", (error) => error.code));
	return [...codes].every((code) => code === "put" || code === "invalid_arguments");
};`;
const LOOK = `export default async (input, env) => [await env.state.get("kept"), (await env.state.list({})).entries?.length ?? (await env.state.list({})).length];`;

export const attack = async ({ api, victim }: Scene): Promise<void> => {
	const before = await victim.api.run({ agent: "honest", program: LOOK, language: "javascript" });
	assert.equal((await api.run({ agent: "hostile", program: LEAVE, language: "javascript", grants: ["state"] })).result, true);
	const after = await victim.api.run({ agent: "honest", program: LOOK, language: "javascript" });
	assert.deepEqual(after.result, before.result);
	assert.ok(JSON.stringify(after.result).includes(victim.marker));
};
