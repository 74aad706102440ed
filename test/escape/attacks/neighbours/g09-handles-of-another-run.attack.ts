/*
 * G09 Keeps a handle from one run and opens it in the next, in its child's, in another agent's and in another tenant's
 * wall: tenancy
 * ends: held
 */
import assert from "node:assert/strict";
import { z } from "zod";
import type { ApiClient } from "../../../../scripts/support/api-client.ts";
import type { Scene } from "../../scene.ts";

const MAKE = `export default async (input, env) => {
	await env.files.writeText("/workspace/output/kept.txt", "what only this run may open");
	const { handle } = await env.files.handle("/workspace/output/kept.txt");
	return handle;
};`;
const OPEN = `export default async (input, env) => {
	const path = input.folder + "/theirs.txt";
	const said = await env.files.write(path, { handle: input.handle }).then(() => "opened", (error) => error.code);
	return said === "opened" ? await env.files.readText(path) : said;
};`;

export const attack = async ({ api, victim }: Scene): Promise<void> => {
	const made = await api.run({ agent: "hostile", program: MAKE, language: "javascript", grants: ["files"] });
	const handle = z.string().parse(made.result);
	const open = async (client: ApiClient, agent: string, folder: string): Promise<unknown> => {
		const run = await client.run({ agent, program: OPEN, language: "javascript", input: { handle, folder }, grants: ["files"] });
		return run.result;
	};
	const said = [
		await open(api, "hostile", "/workspace/output"),
		await open(api, "child", "/workspace/output"),
		await open(victim.api, "honest", "/workspace"),
	];
	for (const each of said) assert.ok(each === "file_not_found" || each === "invalid_arguments", JSON.stringify(each));
};
