import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositoryRoot } from "../../supervisor/repository-root.ts";
import { sharePlatform } from "./share-platform.ts";
import { makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
});
afterAll(() => platform.stop());

describe("the declarations of env", () => {
	const compile = async (types: string, program: string): Promise<string> => {
		const folder = await mkdtemp(join(tmpdir(), "cordon-types-"));
		try {
			await writeFile(join(folder, "env.d.ts"), types);
			await writeFile(join(folder, "program.ts"), `import type { Env, Program } from "./env.d.ts";\n${program}\n`);
			const compiler = join(repositoryRoot, "node_modules/.bin/tsc");
			const flags = [
				"--noEmit",
				"--strict",
				"--target",
				"es2022",
				"--lib",
				"es2022,dom",
				"--module",
				"esnext",
				"--types",
				"",
				"--allowImportingTsExtensions",
				"program.ts",
			];
			return await promisify(execFile)(compiler, flags, { cwd: folder }).then(
				() => "",
				(error: { stdout: string }) => error.stdout,
			);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	};

	test("name exactly what env has, and compile", async () => {
		await platform.api.request("PUT", "/v1/secrets/signing", { value: "0123456789abcdef0123456789abcdef" });
		const agent = await makeAgent(platform.api, {
			name: "typed",
			policy: {
				grants: {
					files: { verb: "files", mounts: { "/workspace": "write" } },
					web: { verb: "http.fetch", allow: [{ host: "api.example.com", methods: ["GET"], paths: ["/*"] }] },
					signer: { verb: "crypto.sign", secret: "signing", algorithm: "hmac-sha256" },
				},
			},
		});
		const answer = await platform.api.request("GET", `/v1/agents/${agent.id}/types`);
		const types = String(answer.body);
		expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
		expect(types).not.toContain("signing");
		const listed = await platform.api.run({
			agent: "typed",
			program:
				"export default async (input, env) => Object.fromEntries(Object.keys(env).map((name) => [name, Object.keys(env[name]).sort()]))",
		});
		const real = JSON.stringify(listed.result);
		const keys = `type Keys<T> = { [K in keyof T]: keyof T[K] };
			type Real = ${Object.entries(JSON.parse(real))
				.map(
					([name, methods]) => `${name}: ${Array.isArray(methods) ? methods.map((method) => JSON.stringify(method)).join(" | ") : "never"}`,
				)
				.join("; ")
				.replace(/^/, "{ ")
				.concat(" }")};
			type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
			const same: Same<{ -readonly [K in keyof Env]: Keys<Env>[K] }, Real> = true;
			const program: Program = async (input, env) => {
				const text: string = await env.files.readText("/workspace/a");
				const response: Response = await env.web.fetch("https://api.example.com/a");
				const signed = await env.signer.sign("payload");
				return [same, text, response.status, signed];
			};
			export default program;`;
		expect(await compile(types, keys)).toBe("");
		expect(await compile(types, "export default (async (input, env) => env.nothing) satisfies Program;")).toContain("'nothing'");
		expect(await compile(types, "export default (async (input, env: Env) => env.files.readText(1)) satisfies Program;")).toContain(
			"number",
		);
	}, 60_000);
});
