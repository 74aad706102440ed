import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { ARROWS } from "./arrows.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** What the runtime finds classes in. */
const ENTRIES = ["worker/index.ts", "bench/worker/budget-bench.ts"];
const OURS = ["contract", "worker", "supervisor", "bench", "scripts", "test"];

interface Source {
	/** From the root, with forward slashes. */
	readonly path: string;
	readonly text: string;
	/** Files of ours that it imports, from the root; types too. */
	readonly imports: readonly string[];
	/** Names of packages and of the runtime's modules that it imports. */
	readonly packages: readonly string[];
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

const readSource = (path: string): Source => {
	const text = readFileSync(join(ROOT, path), "utf8");
	const specifiers = [...text.matchAll(IMPORT)].map(([, plain, dynamic]) => plain ?? dynamic ?? "");
	const [near, far] = [specifiers.filter((name) => name.startsWith(".")), specifiers.filter((name) => !name.startsWith("."))];
	return { path, text, imports: near.map((name) => join(dirname(path), name)), packages: far };
};

const SOURCES: readonly Source[] = OURS.flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|js|mjs)$/.test(entry.name))
		.map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
).map(readSource);

const within = (folder: string): readonly Source[] => SOURCES.filter(({ path }) => path.startsWith(folder));

const ownRule = (path: string): string | undefined => Object.keys(ARROWS).find((owner) => path === owner || path.startsWith(owner));

describe("arrows", () => {
	test("every file of the house has a rule", () => {
		for (const { path } of [...within("contract/"), ...within("worker/"), ...within("supervisor/")])
			expect(ownRule(path), path).toBeDefined();
	});

	test("every import goes along one", () => {
		const against = SOURCES.flatMap(({ path, imports }) => {
			const owner = ownRule(path);
			if (owner === undefined) return [];
			const allowed = [owner, "contract/", ...(ARROWS[owner] ?? [])].filter((target) => owner !== "contract/" || target === "contract/");
			return imports.filter((target) => !allowed.some((prefix) => target.startsWith(prefix))).map((target) => `${path} -> ${target}`);
		});
		expect(against).toEqual([]);
	});

	test("nothing imports the entry", () => {
		expect(within("worker/").filter(({ imports }) => imports.includes("worker/index.ts"))).toEqual([]);
	});

	test("contract, policy, budgets and verbs are without bindings", () => {
		for (const { path, imports, packages } of ["contract/", "worker/policy/", "worker/budgets/", "worker/verbs/"].flatMap(within)) {
			expect(
				packages.filter((name) => name.startsWith("cloudflare:")),
				path,
			).toEqual([]);
			expect(imports, path).not.toContain("worker/env.ts");
		}
	});

	test("contract imports zod and nothing else from outside", () => {
		for (const { path, packages } of within("contract/"))
			expect(
				packages.filter((name) => name !== "zod"),
				path,
			).toEqual([]);
	});

	test("only the table's rooms and the schema know drizzle's tables", () => {
		const knowing = within("worker/").filter(({ packages }) => packages.some((name) => name.startsWith("drizzle-orm")));
		for (const { path } of knowing)
			expect(path).toMatch(/^worker\/(db|tenants|secrets|agents|runs|ledger|resources|prices|triggers|endpoints)\//);
	});
});

describe("files", () => {
	const house = SOURCES.filter(({ path }) => !path.startsWith("test/"));

	test("are named in kebab-case", () => {
		for (const { path } of SOURCES) expect(path.split("/").at(-1)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|attack))?\.(ts|js|mjs)$/);
	});

	test("have at most 300 lines", () => {
		const long = SOURCES.map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length })).filter(({ lines }) => lines > 300);
		expect(long).toEqual([]);
	});

	test("are no barrels: only the entry gives on what another file exports", () => {
		const giving = house.filter(({ path, text }) => !ENTRIES.includes(path) && /(?:^|\n)export\s[^=;(]*?\sfrom\s*["']/.test(text));
		expect(giving.map(({ path }) => path)).toEqual([]);
	});

	test("leave nothing for later", () => {
		const marks = new RegExp(["TO", "DO|FIX", "ME|X", "XX|HA", "CK"].join(""));
		expect(SOURCES.filter(({ text }) => marks.test(text)).map(({ path }) => path)).toEqual([]);
	});
});

/**
 * What TypeScript adds to JavaScript in a file: the stretches that the type stripper blanks. Strings, templates and comments are not among them,
 * so that a word in a message is no finding.
 */
const typeStretches = (text: string): string[] => {
	const stripped = stripTypeScriptTypes(text, { mode: "strip" });
	const stretches: string[] = [];
	let start = -1;
	for (let index = 0; index <= text.length; index += 1) {
		const blanked = index < text.length && stripped[index] !== text[index];
		const between = index < text.length && /\s/.test(text.charAt(index));
		if (blanked && start < 0) start = index;
		if (!blanked && !between && start >= 0) {
			stretches.push(
				text
					.slice(start, index)
					.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
					.trim(),
			);
			start = -1;
		}
	}
	return stretches;
};

const CAST = /^!|^as\s+(?!const\b)|^satisfies\b.*\sas\s+(?!const\b)/;
const isImport = (stretch: string): boolean => /^(import|export|type)\b/.test(stretch);

describe("types", () => {
	/** All but the programs that the demo runs: those are what an agent writes. */
	const typed = SOURCES.filter(({ path }) => path.endsWith(".ts") && !path.startsWith("scripts/demo/programs/"));

	test("the search finds each kind of cast, and none in words", () => {
		const found = (text: string): string[] => typeStretches(text).filter((stretch) => CAST.test(stretch) || /\bany\b/.test(stretch));
		for (const bad of [
			"f(x as Y);",
			"const a = b!;",
			"b!.c;",
			"const a: any = 1;",
			"f(x as unknown as Y)",
			"(x satisfies A as B)",
			"let a: Map<string, any>;",
		])
			expect(found(bad), bad).toHaveLength(1);
		for (const good of [
			"const a = [1] as const;",
			'const a = "x as any!";',
			"/** any as B! */ const a = 1;",
			"const a = !b;",
			"a satisfies B;",
			'import type { A as B } from "c";',
		])
			expect(
				found(good).filter((stretch) => !isImport(stretch)),
				good,
			).toEqual([]);
	});

	test("no cast but `as const`, no non-null assertion", () => {
		const casts = typed.flatMap(({ path, text }) =>
			typeStretches(text)
				.filter((stretch) => CAST.test(stretch))
				.map((stretch) => `${path}: ${stretch.slice(0, 60)}`),
		);
		expect(casts).toEqual([]);
	});

	test("no `any`", () => {
		const anys = typed.flatMap(({ path, text }) =>
			typeStretches(text)
				.filter((stretch) => !isImport(stretch) && /\bany\b/.test(stretch))
				.map((stretch) => `${path}: ${stretch.slice(0, 60)}`),
		);
		expect(anys).toEqual([]);
	});
});
