import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIBRARY_NAMES } from "../../contract/libraries.ts";
import { LIBRARIES } from "../../worker/libraries/catalogue.ts";
import { sharePlatform } from "./share-platform.ts";
import { errorOf, makeAgent, type Platform } from "./start-platform.ts";

let platform: Platform;
beforeAll(async () => {
	platform = await sharePlatform();
	await makeAgent(platform.api, { name: "some", policy: { libraries: ["papaparse", "zod"] } });
	await makeAgent(platform.api, {
		name: "all",
		policy: {
			libraries: [...LIBRARY_NAMES],
			grants: { files: { verb: "files", mounts: { "/workspace/input": "read", "/workspace/output": "write" } } },
		},
	});
});
afterAll(() => platform.stop());

const MEAN = `import Papa from "papaparse"; import { z } from "zod";
	const Row = z.object({ n: z.number() });
	export default (input) => Papa.parse(input, { header: true, dynamicTyping: true }).data.map((row) => Row.parse(row).n)`;

describe("a program that imports libraries", () => {
	test("runs where the policy grants them", async () => {
		const run = await platform.api.run({ agent: "some", program: MEAN, input: "n\n1\n2" });
		expect(run).toMatchObject({ status: "succeeded", result: [1, 2] });
	});

	test("is refused before it runs where the policy does not, with place, list and grants; the default agent grants none", async () => {
		const refused = await platform.api.request("POST", "/v1/runs", { agent: "some", program: 'import "yaml";\nexport default () => 1' });
		expect(refused.status).toBe(422);
		expect(errorOf(refused)).toMatchObject({ code: "invalid_program", module: "main.ts", line: 1, column: 8 });
		expect(errorOf(refused).message).toContain(
			`not in the policy's "libraries": the platform has ${LIBRARY_NAMES.join(", ")}; the agent's policy grants papaparse, zod`,
		);
		const none = await platform.api.request("POST", "/v1/runs", { program: MEAN });
		expect(errorOf(none).message).toContain("the agent's policy grants none of them");
	});

	test("gets another answer when the policy changes, and keeps its digest", async () => {
		const agent = await makeAgent(platform.api, { name: "changing", policy: { libraries: ["papaparse", "zod"] } });
		const before = await platform.api.run({ agent: "changing", program: MEAN, input: "n\n1" });
		await platform.api.request("PATCH", `/v1/agents/${agent.id}`, { policy: { libraries: ["papaparse"] } });
		const between = await platform.api.request("POST", "/v1/runs", { agent: "changing", program: MEAN, input: "n\n1" });
		await platform.api.request("PATCH", `/v1/agents/${agent.id}`, { policy: { libraries: ["zod", "papaparse"] } });
		const after = await platform.api.run({ agent: "changing", program: MEAN, input: "n\n1" });
		expect([before.status, between.status, after.status]).toEqual(["succeeded", 422, "succeeded"]);
		const modules = { "main.ts": MEAN };
		const own = createHash("sha256")
			.update(JSON.stringify({ language: "typescript", main: "main.ts", modules }))
			.digest("hex");
		expect([before.programDigest, after.programDigest]).toEqual([`sha256:${own}`, `sha256:${own}`]);
	});

	test("may be narrowed to no grants at all: libraries are no grants", async () => {
		const run = await platform.api.run({ agent: "all", program: MEAN, input: "n\n7", grants: [] });
		expect(run).toMatchObject({ status: "succeeded", result: [7] });
	});

	test("that is stored with its agent runs so too", async () => {
		await makeAgent(platform.api, { name: "stored", policy: { libraries: ["papaparse", "zod"] }, program: MEAN });
		expect(await platform.api.run({ agent: "stored", input: "n\n3" })).toMatchObject({ status: "succeeded", result: [3] });
	});
});

test("every library loads in an executor process, all of them in one program", async () => {
	const program = `${LIBRARY_NAMES.map((name, index) => `import * as l${index} from "${name}";`).join("\n")}
		export default () => [${LIBRARY_NAMES.map((_, index) => `Object.keys(l${index}).length > 1`).join(", ")}]`;
	const run = await platform.api.run({ agent: "all", program });
	expect(run).toMatchObject({ status: "succeeded", result: LIBRARY_NAMES.map(() => true) });
});

test("a program in shell greps, sorts, pipes and writes a file, each change a call of the files grant, each command a log line", async () => {
	const run = await platform.api.run({
		agent: "all",
		files: { "/workspace/input/log.txt": { text: "b 2\na 1\nskip\nb 2\n" } },
		program: `import { createShell } from "just-bash";
			export default async (input, env) => {
				const shell = await createShell(env.files);
				const { exitCode } = await shell.exec("grep -v skip input/log.txt | sort | uniq -c | awk '{print $2, $1}' > /workspace/output/x.txt");
				const denied = await shell.exec("echo no > /workspace/input/log.txt");
				return [exitCode, (await shell.exec("cat output/x.txt")).stdout, denied.exitCode, denied.stderr, (await shell.exec("cat input/log.txt | wc -l")).stdout.trim()];
			}`,
	});
	expect(run).toMatchObject({
		status: "succeeded",
		result: [0, "a 1\nb 2\n", 1, expect.stringContaining("/workspace/input is mounted for reading only"), "4"],
		files: [{ path: "/workspace/output/x.txt", bytes: 8 }],
	});
	const { logs } = run;
	expect(logs.map(({ text }) => text).slice(0, 2)).toEqual([expect.stringMatching(/^\$ grep -v skip/), "exit 0"]);
});

test("a policy names libraries of the catalogue, each once, and nothing else", async () => {
	for (const libraries of [["lodash"], ["Zod"], ["zod", "zod"], ["__proto__"], ["constructor"], "zod", [1], ["zod", "npm:zod"]]) {
		const answer = await platform.api.request("POST", "/v1/agents", { name: "bad-libraries", policy: { libraries } });
		expect([answer.status, errorOf(answer).code], JSON.stringify(libraries)).toEqual([400, "invalid_request"]);
	}
});

test("the declarations of env list what is granted with versions", async () => {
	const agent = await makeAgent(platform.api, { name: "described", policy: { libraries: ["papaparse", "zod"] } });
	const types = String((await platform.api.request("GET", `/v1/agents/${agent.id}/types`)).body);
	expect(types).toContain(`import Papa from "papaparse"; // papaparse ${LIBRARIES.get("papaparse")?.version}`);
	expect(types).toContain(`// zod ${LIBRARIES.get("zod")?.version}`);
	expect(types).not.toContain("xlsx");
});
