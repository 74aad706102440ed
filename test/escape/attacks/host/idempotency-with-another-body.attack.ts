/*
 * K02 Uses an idempotency key again, for another body, another agent, other spellings, and after a refusal
 * wall: idempotency
 * covers: K07, K08
 * ends: held
 */
import { randomUUID } from "node:crypto";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const key = randomUUID();
	const send = (body: unknown, used: string | null = key) =>
		probe(scene, { method: "POST", path: "/v1/runs", body, headers: used === null ? {} : { "idempotency-key": used } });
	const idOf = (text: string): string => /"id":"(run_[0-9a-z]+)"/.exec(text)?.[1] ?? "none";
	const refused = await send({ agent: "hostile", program: "export default (" });
	if (refused.status !== 422) throw new Error(`A program that is none: found ${refused.status}, wanted 422`);
	const good = { agent: "hostile", grants: [], language: "javascript", program: "export default () => 1" };
	const first = await send(good);
	if (first.status !== 201) throw new Error(`The key after a refusal: found ${first.status}, wanted it not burnt`);
	const again = await send(good);
	if (idOf(again.text) !== idOf(first.text)) throw new Error("The same body again: found another run, wanted the first");
	for (const body of [
		{ ...good, input: 1 },
		{ ...good, program: "export default () => 2" },
		{ ...good, grants: ["web"] },
		{ ...good, metadata: { a: 1 } },
	]) {
		const { status, code } = await send(body);
		if (status !== 409 || code !== "idempotency_conflict")
			throw new Error(`Another body: found ${status} ${code}, wanted 409 idempotency_conflict`);
	}
	for (const other of [key.toUpperCase(), `${key} `.trim().concat("x"), key.slice(1)])
		if (idOf((await send(good, other)).text) === idOf(first.text))
			throw new Error("Another key: found the first run, wanted one of its own");
	const bare = [await send(good, null), await send(good, null)].map(({ text }) => idOf(text));
	if (new Set(bare).size !== bare.length) throw new Error("Without a key: found one run for two requests, wanted two");
};
