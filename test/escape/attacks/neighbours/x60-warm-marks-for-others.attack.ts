/*
 * X60 Leaves marks everywhere in its warm isolate, and looks for them as another agent, another tenant, another version of itself and a fresh run
 * wall: neighbours
 * covers: F01
 * ends: held
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { Agent } from "../../../../contract/agents.ts";
import type { ApiClient } from "../../../../scripts/support/api-client.ts";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `let inModule = 0;
export default async () => {
	const found = inModule === 0 ? [] : ["module"];
	inModule += 1;
	const places = { globalThis, "Object.prototype": Object.prototype, Array, JSON, Math, Promise, "Function.prototype": Function.prototype, Response, crypto, console };
	for (const [name, place] of Object.entries(places)) {
		if (Object.hasOwn(place, "warmMark")) found.push(name);
		try { Object.defineProperty(place, "warmMark", { value: 1, configurable: true }); } catch {}
	}
	return found;
};`;
const EVERYWHERE = [
	"module",
	"globalThis",
	"Object.prototype",
	"Array",
	"JSON",
	"Math",
	"Promise",
	"Function.prototype",
	"crypto",
	"console",
];

/** Another run of the platform can take the process away in between: then it is tried again. */
const ROUNDS = 5;

export const attack = async ({ platform, victim }: Scene): Promise<void> => {
	const warm = (client: ApiClient, name: string): Promise<Agent> =>
		makeAgent(client, { name, program: PROGRAM, language: "javascript", isolation: "warm", policy: {} });
	const found = async (client: ApiClient, agent: Agent, rest: { isolation?: "fresh"; labels?: ("private" | "untrusted")[] } = {}) => {
		const run = await client.run({ agent: agent.id, ...rest });
		assert.deepEqual([run.status, run.error], ["succeeded", null]);
		return run.result;
	};
	const { api } = await platform.tenant("marker");
	const own = await warm(api, "warm-marker");
	assert.deepEqual(await found(api, own), []);
	// Its own next run has them: otherwise there would be nothing for the others to find.
	let again = await found(api, own);
	for (let round = 0; round < ROUNDS && isDeepStrictEqual(again, []); round += 1) again = await found(api, own);
	assert.ok(Array.isArray(again) && EVERYWHERE.every((place) => again.includes(place)), JSON.stringify(again));
	assert.deepEqual(await found(api, await warm(api, "warm-other")), []);
	assert.deepEqual(await found(victim.api, await warm(victim.api, "warm-other")), []);
	assert.deepEqual(await found(api, own, { isolation: "fresh" }), []);
	assert.deepEqual(await found(api, own, { labels: ["private"] }), []);
	await api.expect(200, Agent, "PATCH", `/v1/agents/${own.id}`, { program: `${PROGRAM} // another` });
	assert.deepEqual(await found(api, own), []);
};
