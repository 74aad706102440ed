import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { compileProgram } from "../../../worker/executor/compile-program.ts";
import { type CompiledProgram, CompileOutcome } from "../../../worker/executor/protocol.ts";

const compile = (program: string | Record<string, string>, language: "javascript" | "typescript" = "typescript", main = "main.ts") =>
	CompileOutcome.parse(compileProgram({ main, modules: typeof program === "string" ? { [main]: program } : program, language }));
const compiled = (program: string | Record<string, string>, language: "javascript" | "typescript" = "typescript"): CompiledProgram => {
	const outcome = compile(program, language);
	if (outcome.kind === "invalid") throw new Error(outcome.message);
	return outcome.program;
};
const OK = "export default async (input, env) => input;";

describe("compileProgram()", () => {
	it("gives JavaScript back as it was, without a map", () => {
		expect(compiled(OK, "javascript")).toEqual({ main: "main.ts", modules: { "main.ts": OK }, sources: {} });
		expect(compiled(OK)).toEqual({ main: "main.ts", modules: { "main.ts": OK }, sources: {} });
	});
	it("strips TypeScript and keeps every line where it was", () => {
		const source = [
			'import type { Missing } from "./nowhere.ts";',
			"interface Input {",
			"  a: string;",
			"}",
			"enum Kind { One = 1, Two }",
			"class Box<T> { constructor(private readonly value: T) {} get(): T { return this.value; } }",
			"export default async function main(input: Input, env: unknown): Promise<number> {",
			"  const box = new Box<number>(Kind.Two) satisfies Box<number>;",
			"  return (box.get() as number) + input.a!.length;",
			"}",
		].join("\n");
		const program = compiled(source);
		const lines = (program.modules["main.ts"] ?? "").split("\n");
		expect(lines.length).toBe(10);
		expect(lines[6]).toContain("async function main(input, env)");
		expect(lines[8]).toContain("return (box.get() ) + input.a.length;");
		expect(Object.keys(program.sources)).toEqual(["main.ts"]);
	});
	it("takes what the language allows: hashbang, using, private names, regular expressions with v", () => {
		for (const source of [
			"#!/usr/bin/env node\nexport default () => 1;",
			"export default () => { using x = null; class A { #a = 1; static { this.b = 2; } } return /[\\p{L}--a]/v.test('b'); }",
		]) {
			expect(compile(source).kind).toBe("compiled");
			expect(compile(source, "javascript").kind).toBe("compiled");
		}
	});
	it("takes every form of a default export that may be a function", () => {
		for (const source of [
			"const run = async () => 1; export { run as default };",
			"export default function () {}",
			"export default async function* later() {}".replace("*", ""),
			"const make = () => () => 1; export default make();",
			"function main() {} export { main as 'default' };",
			"export default (await_ => await_);",
			"let f; f = () => 1; export default f;",
		]) {
			expect(compile(source)).toMatchObject({ kind: "compiled" });
		}
	});
	it("takes a default export handed on from another module", () => {
		expect(compile({ "main.ts": 'export { default } from "./lib/run.ts";', "lib/run.ts": OK })).toMatchObject({ kind: "compiled" });
	});
});

describe("an invalid program", () => {
	const syntax: [what: string, source: string, line: number, column: number, message: string][] = [
		["a syntax error", "export default () => {\n  const a = ;\n}", 2, 13, "Unexpected token"],
		[
			"an error behind types on the same line",
			"export default (a: string, b: Map<string, number>) => { let c: number = 1; let c = 2; }",
			1,
			80,
			"already been declared",
		],
		["an error only TypeScript has", "export default () => 1;\ntype A = ;", 2, 10, "Unexpected token"],
		["a top-level await", "export default () => 1;\nconst a: number = await fetch('x');", 2, 19, "await at the top level"],
		["a top-level for await", "export default () => 1;\n  for await (const x of []) {}", 2, 3, "await at the top level"],
		[
			"an await in a parameter default outside any function",
			"const x: any = 1;\nclass A { static [await x] = 1 }\nexport default () => A;",
			2,
			19,
			"await at the top level",
		],
		["a return outside a function", "export default () => 1;\nreturn 1;", 2, 1, "return"],
		["a decorator", "@dec class A {}\nexport default () => A;", 1, 1, "Unexpected character '@'"],
		["with", "export default () => { with ({}) {} }", 1, 24, ""],
		["CRLF as line ends", "const a = 1;\r\nconst b: any = 2; const b = 3; export default () => 1;", 2, 25, "already been declared"],
	];
	const arrows: [body: string, line: number, column: number][] = [
		["export default () => {\n  const a = ;\n}", 2, 13],
		["export default async (input: any, env: Map<string, number>) => {\n  const a: number = ;\n}", 2, 21],
		["const f = (a?: number): Promise<void> => {\n  f(1,\n}; export default f;", 3, 1],
		["export default () => {\n  const g = (x: number): number => {\n    return [1].map((y) => {\n      const = 1;\n    }); }; }", 4, 13],
	];
	it.each(arrows)("with an error in an arrow function's body is refused at the error, not at the arrow: %j", (source, line, column) => {
		expect(compile(source)).toMatchObject({ kind: "invalid", line, column });
		expect(compile(source.replace(/^/, "\n"))).toMatchObject({ kind: "invalid", line: line + 1, column });
	});
	it("has the right line where the text has line ends that maps do not know", () => {
		expect(compile("/*\u2028*/ const a: any = 2;\rconst b = 2; const b = 3; export default () => 1;")).toMatchObject({
			kind: "invalid",
			line: 3,
			column: 20,
		});
	});
	it.each(syntax)("with %s is refused at the author's line and column", (_what, source, line, column, message) => {
		const outcome = compile(source);
		expect(outcome).toMatchObject({ kind: "invalid", module: "main.ts", line, column });
		expect(outcome.kind === "invalid" ? outcome.message : "").toContain(message);
	});

	const exported: [what: string, source: string, message: string, line: number | null][] = [
		["no default export", "export const main = () => 1;", "the main module has no default export", null],
		["a default export that was only a type", "interface A {}\nexport default A;", "has no default export", null],
		["CommonJS", "module.exports = () => 1;", "has no default export", null],
		["an object", "\nexport default { fetch() {} };", "the default export is an object", 2],
		["an array", "export default [];", "is an array", 1],
		["a literal", "export default 'text';", "is a literal value", 1],
		["a class", "export default class Agent {}", "is a class", 1],
		["a class by name", "class Agent {}\nexport default Agent;", "is a class", 2],
		["a generator", "export default function* () {}", "is a generator function", 1],
		["an async generator by name", "async function* steps() {}\nexport { steps as default };", "is a generator function", 2],
		["a constant", "const config = { a: 1 };\nexport default config;", "is an object", 2],
		["a namespace", 'export * as default from "./main.ts";', "a module's namespace", 1],
		["an export named then", "export function then(resolve) { resolve(1); }\nexport default () => 1;", "a thenable", 1],
		["an export named then by another way", "const t = 1;\nexport { t as then };\nexport default () => 1;", "a thenable", 2],
	];
	it.each(exported)("with %s as what is exported is refused", (_what, source, message, line) => {
		const outcome = compile(source);
		expect(outcome).toMatchObject({ kind: "invalid", module: "main.ts", line });
		expect(outcome.kind === "invalid" ? outcome.message : "").toContain(message);
	});

	const imports: [specifier: string, message: string][] = [
		["lodash", "No package, URL or built-in module exists here"],
		["node:fs", "there is no such module"],
		["cloudflare:workers", "there is no such module"],
		["https://evil.test/x.js", "there is no such module"],
		["data:text/javascript,1", "there is no such module"],
		["file:///etc/passwd", "there is no such module"],
		["/main.ts", "there is no such module"],
		["../harness.js", "there is no such module"],
		["./../../codec.js", "there is no such module"],
		["main.ts", "there is no such module"],
		["./missing.ts", 'there is no module "missing.ts"'],
		["./main.ts?x", "there is no such module"],
		["./%6dain.ts", "there is no such module"],
		["./lib//b.ts", "there is no such module"],
		["./constructor", 'there is no module "constructor"'],
	];
	it.each(imports)("that imports %s is refused at the import's place", (specifier, message) => {
		const quoted = JSON.stringify(specifier);
		for (const [statement, column] of [
			[`import x from ${quoted}; x();`, 15],
			[`import ${quoted};`, 8],
			[`export * from ${quoted};`, 15],
			[`export { x } from ${quoted};`, 19],
			[`let t: string; export { x } from ${quoted};`, 34],
		] as const) {
			const outcome = compile({ "main.ts": OK, "lib/b.ts": "", "c.ts": `\n${statement}` });
			expect(outcome, statement).toMatchObject({ kind: "invalid", module: "c.ts", line: 2, column });
			expect(outcome.kind === "invalid" ? outcome.message : "").toContain(message);
		}
	});
	it.each(imports)("may reach for %s with import(), which rejects only when it is reached", (specifier) => {
		const later = `const later = () => import(${JSON.stringify(specifier)});`;
		expect(compile({ "main.ts": OK, "lib/b.ts": "", "c.ts": later }).kind).toBe("compiled");
	});
	it("names the modules that there are, a few of them", () => {
		const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m${index}.ts`, ""]));
		const outcome = compile({ "main.ts": 'import "lodash";\nexport default () => 1;', ...many });
		expect(outcome).toMatchObject({ message: expect.stringContaining('"main.ts", "m0.ts"') });
		expect(outcome).toMatchObject({ message: expect.stringContaining("and 11 more") });
	});
	it("with import attributes is refused", () => {
		expect(compile({ "main.ts": 'import a from "./a.ts" with { type: "json" }; export default () => a;', "a.ts": "" })).toMatchObject({
			message: expect.stringContaining("import attributes are not supported"),
		});
	});
	it("with JSX is refused in words that say so", () => {
		expect(compile("export default () => <div>hello</div>;")).toMatchObject({
			kind: "invalid",
			line: 1,
			message: expect.stringContaining("JSX: it is not supported"),
		});
	});

	const names: [name: string, message: string][] = [
		["/main.ts", "slash"],
		["../main.ts", '".." cannot'],
		["lib/../main.ts", '".." cannot'],
		["./main.ts", '"." cannot'],
		["lib\\main.ts", "characters"],
		["ma in.ts", "characters"],
		["mäin.ts", "characters"],
		["node:fs", "characters"],
		["cloudflare:workers", "characters"],
		["lib//main.ts", "slash"],
		["lib/", "slash"],
		["", "characters"],
		["__proto__", '"__proto__" cannot'],
		["constructor", '"constructor" cannot'],
		["a/__proto__/b.ts", '"__proto__" cannot'],
		["data.json", "JSON modules are not supported"],
		["view.tsx", "JSX is not supported"],
		["main.py", ".py is not a kind"],
		["a.wasm", ".wasm is not a kind"],
		[`${"a".repeat(LIMITS.moduleNameChars)}.ts`, "longer than"],
	];
	it.each(names)("with a module named %j is refused", (name, message) => {
		const modules: Record<string, string> = { "main.ts": OK };
		Object.defineProperty(modules, name, { value: OK, enumerable: true, configurable: true });
		const outcome = compileProgram({ main: "main.ts", modules, language: "typescript" });
		expect(outcome).toMatchObject({ kind: "invalid", message: expect.stringContaining(message) });
	});
	it("whose module is named harness.js is valid: it lives in the program's own folder", () => {
		expect(compile({ "main.ts": 'import "./harness.js";\nexport default () => 1;', "harness.js": "" })).toMatchObject({ kind: "compiled" });
	});
	it("without its main module is refused", () => {
		expect(compile({ "a.ts": OK }, "typescript", "main.ts")).toMatchObject({
			kind: "invalid",
			message: expect.stringContaining('wanted one of "a.ts"'),
		});
		expect(compile({}, "typescript", "toString")).toMatchObject({ kind: "invalid" });
	});
	it("may have as many modules and bytes as the limits, and no more", () => {
		const modules = (count: number) => ({
			"main.ts": OK,
			...Object.fromEntries(Array.from({ length: count - 1 }, (_, index) => [`m${index}.ts`, ""])),
		});
		expect(compile(modules(LIMITS.programModules)).kind).toBe("compiled");
		expect(compile(modules(LIMITS.programModules + 1)).kind).toBe("invalid");
		const padded = (bytes: number) => `${OK}//${" ".repeat(bytes - OK.length - 2)}`;
		expect(compile(padded(LIMITS.programBytes), "javascript").kind).toBe("compiled");
		expect(compile(padded(LIMITS.programBytes + 1), "javascript").kind).toBe("invalid");
	});

	const deep: [what: string, open: string, close: string][] = [
		["brackets", "[", "]"],
		["parentheses", "(", ")"],
		["objects", "({a:", "})"],
		["functions", "()=>{return ", "}"],
		["unary operators", "!", "1"],
		["member calls", "a(", ")"],
		["templates", "`${", "}`"],
	];
	it.each(deep)("nested too deeply in %s is refused, not a crash", (_what, open, close) => {
		for (const language of ["javascript", "typescript"] as const) {
			const outcome = compile(
				`export default () => 1;\n(x = ${open.repeat(50_000)}1${close === "1" ? "" : close.repeat(50_000)});`,
				language,
			);
			expect(outcome).toMatchObject({ kind: "invalid" });
		}
	});
	it("names no path of the host in a message", () => {
		for (const source of ["let a = ", "`${", "/*", "'", "export default class {", "\u0000", "let \\u{110000}"]) {
			const outcome = compile(source);
			expect(outcome.kind === "invalid" ? outcome.message : "").toMatch(/^Compiling "main\.ts": [^/]+$/);
		}
	});
});

describe("an import without the exact name", () => {
	it("is given a module of that name that hands on the one that is meant, once for all", () => {
		const program = compiled({
			"main.ts":
				'import run, { other } from "./lib/run"; import "./lib/run.js"; import { c } from "./lib/c.mjs"; export default () => run(other, c);',
			"lib/run.ts": "export default () => 1; export const other = 2;",
			"lib/c.mts": 'import { other } from "./run"; export const c = other;',
		});
		expect(program.modules["main.ts"]).toContain('from "./lib/run"; import "./lib/run.js"');
		expect(program.modules["lib/run"]).toBe('export * from "./run.ts"; export { default } from "./run.ts";');
		expect(program.modules["lib/run.js"]).toBe('export * from "./run.ts"; export { default } from "./run.ts";');
		expect(program.modules["lib/c.mjs"]).toBe('export * from "./c.mts";');
	});
});
