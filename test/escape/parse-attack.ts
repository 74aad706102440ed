import { z } from "zod";
import { ERRORS } from "../../contract/errors.ts";
import { type Program, RunLimits } from "../../contract/runs.ts";
import type { AttackHeader, Ends } from "./attack.ts";
import { isWall } from "./walls.ts";

const FIELDS = ["wall", "ends", "says", "covers", "limits", "grants", "input", "main"] as const;
type Field = (typeof FIELDS)[number];
const FIELD = new RegExp(`^(${FIELDS.join("|")}): *(.+)$`);
const TITLE = /^([A-Z]\d{2,3}) +(\S.*\S)$/;
const ID = /^[A-Z]\d{2,3}$/;
const SEPARATOR = /^\/\/ --- module: (.+)$/;
/** Where a header says nothing of limits. */
const LIMITS: RunLimits = { cpuMs: 600, wallMs: 20_000, memoryMb: 64 };
/** Codes that only a bug of the platform's gives: no attack may expect them. */
export const BUGS: readonly string[] = ["internal", "interrupted", "executor_lost"];

const refuse = (file: string, found: string): never => {
	throw new Error(`Reading the attack ${file}: found ${found}`);
};

/** The lines of the block comment that a file begins with, without their stars; and the rest of the file. */
const commentOf = (file: string, text: string): string[] => {
	const end = text.indexOf("*/");
	if (!text.startsWith("/*") || end === -1) return refuse(file, "no header, wanted the file to begin with a block comment");
	return text
		.slice(2, end)
		.split("\n")
		.map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
		.filter((line) => line !== "");
};

const fieldsOf = (file: string, lines: readonly string[]): Map<Field, string> => {
	const fields = new Map<Field, string>();
	for (const line of lines) {
		const [, name, value = ""] = FIELD.exec(line) ?? refuse(file, `the line "${line}", wanted one of ${FIELDS.join(", ")} and a colon`);
		const field = FIELDS.find((known) => known === name);
		if (field === undefined || fields.has(field)) return refuse(file, `"${name}" twice, wanted each field once`);
		fields.set(field, value);
	}
	return fields;
};

const codesOf = (file: string, text: string): string[] => {
	const codes = text.split("|").map((code) => code.trim());
	for (const code of codes) {
		if (BUGS.includes(code)) refuse(file, `the code ${code}, which is a bug of the platform, wanted what the attack's own doing ends with`);
		if (!Object.hasOwn(ERRORS, code) && code !== "waiting_approval") refuse(file, `the code "${code}", wanted one of contract/errors.ts`);
	}
	return codes;
};

const jsonOf = (file: string, text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return refuse(file, `"${text}", wanted JSON`);
	}
};

const endsOf = (file: string, text: string): Ends => {
	if (text === "contained") return { kind: "contained" };
	if (text === "held") return { kind: "held" };
	if (text.startsWith("returns ")) return { kind: "returns", result: jsonOf(file, text.slice("returns ".length)) };
	if (text.startsWith("refused ")) return { kind: "refused", codes: codesOf(file, text.slice("refused ".length)) };
	return { kind: "codes", codes: codesOf(file, text) };
};

/** A header with the name of the main module. @throws Error that says what the header has and what was wanted. */
export const parseHeader = (file: string, text: string): AttackHeader & { readonly main: string } => {
	const [title = "", ...lines] = commentOf(file, text);
	const [, id = "", name = ""] = TITLE.exec(title) ?? refuse(file, `the title "${title}", wanted an id such as A05 and a sentence`);
	const fields = fieldsOf(file, lines);
	const wall = fields.get("wall") ?? refuse(file, "no wall, wanted one of scripts/assurance/walls.ts");
	if (!isWall(wall)) return refuse(file, `the wall "${wall}", wanted one of scripts/assurance/walls.ts`);
	const covers = (fields.get("covers") ?? "").split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));
	for (const each of covers) if (!ID.test(each)) refuse(file, `"${each}" among what it covers, wanted ids such as A05`);
	const json = <T>(field: Field, shape: z.ZodType<T>, otherwise: T): T => {
		const value = fields.get(field);
		if (value === undefined) return otherwise;
		const parsed = shape.safeParse(jsonOf(file, value));
		return parsed.success ? parsed.data : refuse(file, `${field}: ${value}, wanted other JSON: ${z.prettifyError(parsed.error)}`);
	};
	return {
		id,
		name,
		covers,
		wall,
		says: fields.get("says") ?? "",
		ends: endsOf(file, fields.get("ends") ?? refuse(file, "no ends, wanted how the attack must end")),
		limits: { ...LIMITS, ...json("limits", RunLimits, {}) },
		grants: json("grants", z.array(z.string()).nullable(), null),
		input: json("input", z.record(z.string(), z.unknown()), {}),
		main: fields.get("main") ?? "main.js",
	};
};

/** A file's program: its text, or the modules that lines `// --- module: name` part it into. Lines stay where they are in the first. */
export const programOf = (file: string, text: string, main: string): Program => {
	const modules: [name: string, lines: string[]][] = [[main, []]];
	for (const line of text.split("\n")) {
		const [, name] = SEPARATOR.exec(line) ?? [];
		if (name === undefined) modules.at(-1)?.[1].push(line);
		else modules.push([name, []]);
	}
	if (modules.length === 1 && main === "main.js") return text;
	const texts: [string, string][] = modules.map(([name, lines]) => [name, lines.join("\n")]);
	if (new Set(texts.map(([name]) => name)).size < texts.length) return refuse(file, "two modules of one name, wanted each once");
	// Through text, so that a module called __proto__ is one.
	const entries = texts.map(([name, module]) => `${JSON.stringify(name)}:${JSON.stringify(module)}`);
	return JSON.parse(`{"main":${JSON.stringify(main)},"modules":{${entries.join(",")}}}`);
};
