/*
 * F01 Leaves entries for other agents: under their prefix, under names that lead there, in shapes that their reader trusts
 * wall: tenancy
 * ends: held
 */
import assert from "node:assert/strict";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const LEAVE = `export default async (input, env) => {
	const codes = new Set();
	for (const key of ["kept", "../honest/kept", "/honest/kept", "honest/kept", "hostile/../../honest/kept"])
		for (const value of [{ $date: "x", ["__proto__"]: { kept: 1 }, owner: "hostile" }, { $date: "2026-01-01T00:00:00.000Z" }, { then: 1, toJSON: 2, constructor: {} }, "left"])
			codes.add(await env.state.put(key, value).then(() => "put", (error) => error.code));
	return [...codes].sort();
};`;
const LOOK = `export default async (input, env) => [await env.state.get("kept"), await env.state.list(), {}.kept === undefined];`;

export const attack = async ({ api, victim }: Scene): Promise<void> => {
	// An agent of its own, so that the entries are in nobody else's way; its prefix is the other tenant's.
	const state = { verb: "state", prefix: "honest/", mode: "write" };
	for (const name of ["leaver", "finder"]) await makeAgent(api, { name, policy: { grants: { state } } });
	const before = await victim.api.run({ agent: "honest", program: LOOK, language: "javascript" });
	const left = await api.run({ agent: "leaver", program: LEAVE, language: "javascript" });
	assert.deepEqual([left.error, left.result], [null, ["put"]]);
	const after = await victim.api.run({ agent: "honest", program: LOOK, language: "javascript" });
	assert.deepEqual(after.result, before.result);
	assert.ok(JSON.stringify(after.result).includes(victim.marker));
	const found = await api.run({ agent: "finder", program: LOOK, language: "javascript" });
	assert.deepEqual(found.result, [null, { entries: [], nextAfter: null }, true]);
};
