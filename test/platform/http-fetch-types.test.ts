import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../../supervisor/repository-root.ts";
import { sharePlatform } from "./share-platform.ts";
import { makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
let types = "";
beforeAll(async () => {
	platform = await sharePlatform();
	await platform.api.request("PUT", "/v1/secrets/hidden_name", { value: "canary-0123456789abcdef" });
	const agent = await makeAgent(platform.api, {
		name: "typed",
		policy: {
			grants: {
				web: {
					verb: "http.fetch",
					allow: [
						{
							host: "api.example.com",
							methods: ["GET", "PUT"],
							paths: ["/*"],
							query: { state: "open", page: { glob: "*", optional: true } },
						},
					],
					inject: [{ query: "api_key", secret: "hidden_name" }, { basic: { username: "agent", passwordSecret: "hidden_name" } }],
				},
				issues: {
					verb: "http.fetch",
					templates: {
						create: {
							method: "POST",
							url: "https://api.example.com/repos/{repo}/issues",
							body: { title: "{title}", weight: "{weight}", kind: "{kind}", extra: "{extra}" },
							params: {
								repo: { pattern: "[a-z]+", description: "Of acme alone." },
								title: {},
								weight: { type: "integer", optional: true },
								kind: { enum: ["bug", "wish"] },
								extra: { type: "json", optional: true },
							},
							description: "Makes an issue.",
						},
					},
				},
			},
		},
	});
	const answer = await platform.api.request("GET", `/v1/agents/${agent.id}/types`);
	expect(answer.status).toBe(200);
	types = String(answer.body);
});
afterAll(() => platform.stop());

/** What the compiler finds wrong with a program against the declarations. */
const faultsOf = async (program: string): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-types-"));
	try {
		await writeFile(join(folder, "env.d.ts"), types);
		await writeFile(
			join(folder, "program.ts"),
			`import type { Program } from "./env.d.ts";\nexport default (async (input, env) => {\n${program}\n}) satisfies Program;\n`,
		);
		const flags = "--noEmit --strict --target es2022 --lib es2022,dom --module esnext --allowImportingTsExtensions program.ts".split(" ");
		return await promisify(execFile)(join(repositoryRoot, "node_modules/.bin/tsc"), ["--types", "", ...flags], { cwd: folder }).then(
			() => "",
			(error: { stdout: string }) => error.stdout,
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
};

test("the declarations of a grant with everything compile, fit how it is used, and name no secret", async () => {
	expect(types).not.toContain("hidden_name");
	for (const said of [
		"api.example.com",
		"state=open",
		"the key api_key of the query",
		"the header authorization",
		"Makes an issue.",
		"Of acme alone.",
	])
		expect(types).toContain(said);
	const faults = await faultsOf(`
		const url = "https://api.example.com/a?state=open";
		const response: Response = await env.web.fetch(url, { headers: { accept: "text/plain" } });
		const kept = await env.web.fetch(url, { as: "handle" });
		const handle: string = kept.handle;
		const up: Response = await env.web.fetch(new URL(url), { method: "PUT", body: kept });
		let bytes = 0;
		const stream = env.web.stream(url);
		for await (const part of stream) bytes += part.length;
		const told: number = (await stream.result).bytes;
		const made: Response = await env.issues.create({ repo: "site", title: "t", kind: "bug", weight: 1, extra: { any: ["json"] } });
		return [response.status, handle, up.status, bytes, told, made.status];`);
	expect(faults).toBe("");
}, 60_000);

test.each([
	["a hole of another type", `return env.issues.create({ repo: "site", title: 1, kind: "bug" });`, "number"],
	["a value that is not listed", `return env.issues.create({ repo: "site", title: "t", kind: "other" });`, '"other"'],
	["a missing hole", `return env.issues.create({ repo: "site", kind: "bug" });`, "title"],
	["a fetch where there are only templates", `return env.issues.fetch("https://api.example.com/");`, "'fetch'"],
])(
	"%s does not compile",
	async (_, program, fault) => {
		expect(await faultsOf(program)).toContain(fault);
	},
	60_000,
);
