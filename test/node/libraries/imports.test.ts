import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIBRARY_NAMES } from "../../../contract/libraries.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { startWorkerd, type TestWorkerd } from "../harness/start-workerd.ts";
import { compileWith, resultWith, runWith } from "./library-run.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const MAIN = "export default () => 1;";

describe("a static import of what is no granted library is refused at its place", () => {
	const unknown = [
		...[
			"lodash",
			"react",
			"Zod",
			"ZOD",
			"papaParse",
			"PapaParse",
			"zod ",
			" zod",
			"zod\u0000",
			"zöd",
			"@e965/xlsx",
			"npm:zod",
			"jsr:@zod/zod",
			"node:fs",
			"fs",
		],
		...[
			"cloudflare:workers",
			"https://esm.sh/zod",
			"data:text/javascript,export default 1",
			"blob:zod",
			"__proto__",
			"constructor",
			"toString",
			"hasOwnProperty",
		],
		...["program/main.ts", "harness.js", "libraries/zod.js", "", "zod?x", "zod#x", "*"],
	];
	test.each(unknown)("%j: the message says which libraries there are and which are granted", async (specifier) => {
		const outcome = await compileWith(workerd, { "main.ts": MAIN, "lib/a.ts": `\n  import x from ${JSON.stringify(specifier)}; x();` }, [
			"zod",
			"yaml",
		]);
		expect(outcome).toMatchObject({ kind: "invalid", module: "lib/a.ts", line: 2, column: 17 });
		const message = outcome.kind === "invalid" ? outcome.message : "";
		expect(message).toContain(`the platform has ${LIBRARY_NAMES.join(", ")}; the agent's policy grants zod, yaml`);
	});

	test.each([
		"../harness.js",
		"./papaparse",
		"../libraries/zod.js",
		"./../../libraries/zod.js",
		"/zod",
		"/libraries/zod.js",
		".",
		"..",
		"./",
	])("%j, which is a path: nothing is there", async (specifier) => {
		const outcome = await compileWith(workerd, { "main.ts": MAIN, "lib/a.ts": `export * from ${JSON.stringify(specifier)};` });
		expect(outcome).toMatchObject({ kind: "invalid", message: expect.stringContaining("there is no") });
	});

	test.each(["date-fns/locale", "zod/v3", "zod/mini", "zod/", "just-bash/browser", "xlsx/dist/cpexcel.js"])(
		"%j: no subpaths",
		async (specifier) => {
			const outcome = await compileWith(workerd, `import ${JSON.stringify(specifier)};\n${MAIN}`);
			expect(outcome).toMatchObject({ kind: "invalid", line: 1, column: 8, message: expect.stringContaining("has no subpaths here") });
		},
	);

	test.each(LIBRARY_NAMES)("%s, when the policy grants another or none", async (name) => {
		const other = LIBRARY_NAMES.filter((library) => library !== name);
		const ungranted = await compileWith(workerd, `import ${JSON.stringify(name)};\n${MAIN}`, other);
		expect(ungranted).toMatchObject({ kind: "invalid", line: 1, column: 8 });
		expect(ungranted.kind === "invalid" ? ungranted.message : "").toContain(`not in the policy's "libraries"`);
		const none = await compileWith(workerd, `import ${JSON.stringify(name)};\n${MAIN}`, []);
		expect(none.kind === "invalid" ? none.message : "").toContain("the agent's policy grants none of them");
	});

	test("one with attributes", async () => {
		const outcome = await compileWith(workerd, `import z from "zod" with { type: "json" }; z;\n${MAIN}`);
		expect(outcome).toMatchObject({ kind: "invalid", message: expect.stringContaining("attributes") });
	});
});

describe("import() of what is no granted library", () => {
	const reach = (specifier: string): string =>
		`export default async () => { try { return Object.keys(await import(${JSON.stringify(specifier)})); } catch (error) { return [error.message, error.code]; } }`;

	test.each(["lodash", "@scope/name", "date-fns/locale", "Zod", "toString", "npm:zod", "jsr:@zod/zod"])(
		"%s rejects with the list, and the program may catch it",
		async (specifier) => {
			const result = await resultWith(workerd, { "main.ts": reach(specifier), "lib/a.ts": "" }, { granted: ["yaml"] });
			expect(result).toEqual([
				expect.stringContaining(`the platform has ${LIBRARY_NAMES.join(", ")}; the agent's policy grants yaml`),
				"ERR_MODULE_NOT_FOUND",
			]);
		},
	);

	test("of a library that the policy does not grant says so; not caught, it fails the run with that message", async () => {
		const { outcome } = await runWith(workerd, 'export default async () => (await import("zod")).z', { granted: ["yaml"] });
		expect(outcome).toMatchObject({ kind: "threw", message: expect.stringContaining(`this library is not in the policy's "libraries"`) });
	});

	test.each([
		"node:fs",
		"cloudflare:nothing",
		"https://esm.sh/zod",
		"__proto__",
		"constructor",
		"/zod",
		"/libraries/zod.js",
		"../libraries/zod.js",
		"./papaparse",
		"",
		"data:text/javascript,1",
		"zod#x",
	])("%j rejects", async (specifier) => {
		const result = await resultWith(workerd, reach(specifier), { granted: ["yaml"] });
		expect(JSON.stringify(result)).toMatch(/No such module/);
	});

	test("whose name is computed rejects, even for a granted one that is not imported by its name", async () => {
		const program = 'export default async () => { try { return await import("zo" + "d"); } catch (error) { return error.message; } }';
		expect(await resultWith(workerd, program)).toMatch(/zod/);
	});

	test("is explained a bounded number of times, and rejects ever after", async () => {
		const names = Array.from({ length: LIMITS.explainedImports + 1 }, (_, index) => `lib${index}`);
		const program = `export default async () => {
			const said = [];
			${names.map((name) => `try { await import("${name}"); } catch (error) { said.push(error.code ?? "plain"); }`).join("\n")}
			return said;
		}`;
		expect(await resultWith(workerd, program)).toEqual([...Array(LIMITS.explainedImports).fill("ERR_MODULE_NOT_FOUND"), "plain"]);
	});
});

describe("a module of the program and a library of the same name", () => {
	const own = {
		"papaparse.ts": 'export default "own";',
		"zod/index.ts": 'export const z = "own";',
		"lib/papaparse.ts": 'export default "own below";',
	};

	test("are two things, each reached by its own specifier", async () => {
		const result = await resultWith(workerd, {
			...own,
			"main.ts": `import mine from "./papaparse.ts"; import Papa from "papaparse"; import { z as mineZ } from "./zod/index.ts"; import { z } from "zod"; import below from "./lib/a.ts";
				export default () => [mine, typeof Papa.parse, mineZ, typeof z.string, ...below]`,
			"lib/a.ts": 'import mine from "./papaparse.js"; import Papa from "papaparse"; export default [mine, typeof Papa.parse];',
		});
		expect(result).toEqual(["own", "function", "own", "function", "own below", "function"]);
	});

	test("do not stand in for each other when only one is there", async () => {
		const outcome = await compileWith(workerd, { ...own, "main.ts": `import "papaparse"; ${MAIN}` }, ["yaml"]);
		expect(outcome).toMatchObject({ kind: "invalid", message: expect.stringContaining(`not in the policy's "libraries"`) });
		const result = await resultWith(workerd, { ...own, "main.ts": 'import mine from "./papaparse"; export default () => mine;' });
		expect(result).toBe("own");
	});

	test.each([
		["an import without its extension", { "main.ts": `import "./papaparse"; import "papaparse"; ${MAIN}`, "papaparse.ts": "" }],
		[
			"the same in two modules",
			{ "main.ts": `import "papaparse"; import "./b.ts"; ${MAIN}`, "b.ts": 'import "./papaparse";', "papaparse.ts": "" },
		],
		["a module that has no extension", { "main.ts": `import "papaparse"; ${MAIN}`, papaparse: "" }],
		["an import()", { "main.ts": `import "./papaparse"; export default () => import("papaparse");`, "papaparse.ts": "" }],
	])("are refused where the runtime could not tell them apart: %s", async (_what, modules) => {
		const outcome = await compileWith(workerd, modules);
		expect(outcome).toMatchObject({
			kind: "invalid",
			line: 1,
			message: expect.stringContaining("wanted the own module with an extension"),
		});
	});
});

describe("what a program needs of libraries", () => {
	test("is what its code imports: types cost nothing, nor does what is granted and not imported", async () => {
		const program = `import type { ZodType } from "zod"; import { type ParseResult } from "papaparse"; import { Document } from "yaml"; import { mean } from "simple-statistics";
			const a: ZodType | ParseResult | Document | null = null; export default () => [a, mean([1, 3])];`;
		const outcome = await compileWith(workerd, program);
		expect(outcome).toMatchObject({ kind: "compiled", program: { libraries: ["simple-statistics"] } });
		expect(await resultWith(workerd, program)).toEqual([null, 2]);
		const none = await compileWith(workerd, MAIN);
		expect(none.kind === "compiled" ? Object.keys(none.program) : []).toEqual(["main", "modules", "sources"]);
	});

	test("enters the isolate and nothing else", async () => {
		const program = `import "papaparse";
			export default async () => Promise.all(["papaparse", "zod", "xlsx"].map((name) => import("../libraries/" + name + ".js").then(() => true, () => false)))`;
		expect(await resultWith(workerd, program)).toEqual([true, false, false]);
	});

	test("is in the program's world, with nothing that the program does not have", async () => {
		const program = `import { Bash } from "just-bash"; import * as XLSX from "xlsx";
			export default async () => {
				const shell = new Bash({ network: { dangerouslyAllowFullInternetAccess: true } });
				const fetched = await shell.exec("curl -s http://127.0.0.1:1/");
				let file = "";
				try { XLSX.readFile("/etc/passwd"); } catch (error) { file = error.message; }
				return [fetched.exitCode !== 0, file, typeof process, typeof require];
			}`;
		expect(await resultWith(workerd, program)).toEqual([true, expect.stringMatching(/Cannot access file/), "undefined", "undefined"]);
	});
});
