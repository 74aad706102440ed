/*
 * X65 Breaks its warm isolate for the runs after it: it ends itself, loops, throws, answers in the harness's place, and patches the language
 * wall: isolate
 * ends: held
 */
import assert from "node:assert/strict";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `let state = "well";
export default async (input) => {
	if (input.way !== undefined) state = "broken";
	if (input.way === "ends itself") (await import("cloudflare:workers")).abortIsolate("over");
	if (input.way === "loops") for (;;);
	if (input.way === "throws") throw new Error("broken");
	if (input.way === "never ends") await new Promise(() => {});
	if (input.way === "patches") {
		for (const holder of [Object, Reflect, JSON, Array.prototype, String.prototype, Map.prototype, Promise.prototype, Function.prototype])
			for (const name of Reflect.ownKeys(holder)) if (name !== "constructor") try { Object.defineProperty === undefined || (holder[name] = () => { for (;;); }); } catch {}
	}
	return state;
};`;

export const attack = async ({ api, victim }: Scene): Promise<void> => {
	const policy = { limits: { cpuMs: 300, wallMs: 20_000 } };
	for (const way of ["ends itself", "loops", "throws", "never ends", "patches"]) {
		const name = `warm-${way.replaceAll(" ", "-")}`;
		const agent = await makeAgent(api, { name, program: PROGRAM, language: "javascript", isolation: "warm", policy });
		const run = (input: { readonly way?: string }) => api.run({ agent: agent.id, input });
		assert.equal((await run({})).result, "well");
		const broken = await run({ way });
		assert.ok(broken.status === "failed" || (way === "patches" && broken.status === "succeeded"), `${way}: ${broken.status}`);
		await victim.work();
		// Where it still runs, it does as it was written; where it cannot, only this agent is the worse for it, and not for long.
		const after = [await run({}), await run({})];
		if (way !== "patches") for (const { status, result } of after) assert.deepEqual([status, result], ["succeeded", "well"], way);
		assert.ok(
			after.some(({ status }) => status === "succeeded"),
			`${way}: ${JSON.stringify(after.map(({ error }) => error))}`,
		);
	}
};
