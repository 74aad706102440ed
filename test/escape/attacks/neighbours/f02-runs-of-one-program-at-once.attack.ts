/*
 * F02 Runs one program many times at once, each with a mark of its own in results, logs and files
 * wall: neighbours
 * ends: held
 */
import assert from "node:assert/strict";
import { runEnded } from "../../../platform/run-to-end.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `let seen = [];
export default async (input, env) => {
	seen.push(input.mark);
	for (let step = 0; step < 10; step += 1) {
		console.log(input.mark);
		await env.files.append("/workspace/output/marks", input.mark);
	}
	return [seen, new Set(await env.files.readText("/workspace/output/marks").then((text) => text.match(/.{4}/g))).size];
};`;

export const attack = async ({ api }: Scene): Promise<void> => {
	const run = async (mark: string): Promise<void> => {
		const begun = await api.run({ agent: "hostile", program: PROGRAM, language: "javascript", input: { mark }, grants: ["files"] });
		const ended = await runEnded(api, begun.id);
		assert.deepEqual(ended.result, [[mark], 1], JSON.stringify(ended.error));
		assert.deepEqual(
			ended.logs.map(({ text }) => text),
			Array(10).fill(mark),
		);
	};
	await Promise.all(Array.from({ length: 8 }, (_, index) => run(`m${100 + index}`)));
};
