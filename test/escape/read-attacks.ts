import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Attack, CATEGORIES, type Category } from "./attack.ts";
import { parseHeader, programOf } from "./parse-attack.ts";
import type { Scene } from "./scene.ts";

export const ATTACKS_FOLDER = join(import.meta.dirname, "attacks");

const categoryOf = (file: string): Category => {
	const folder = file.split("/")[0];
	const category = CATEGORIES.find((known) => known === folder);
	if (category === undefined)
		throw new Error(`Reading the attack ${file}: found it in "${folder}", wanted one of ${CATEGORIES.join(", ")}`);
	return category;
};

const isScript = (module: unknown): module is { readonly attack: (scene: Scene) => Promise<void> } =>
	typeof module === "object" && module !== null && "attack" in module && typeof module.attack === "function";

const doingOf = async (path: string, file: string, text: string, main: string): Promise<Attack["does"]> => {
	if (file.endsWith(".js")) return { kind: "program", program: programOf(file, text, main), language: "javascript" };
	if (file.endsWith(".mts")) return { kind: "program", program: programOf(file, text, main), language: "typescript" };
	const module: unknown = await import(/* @vite-ignore */ pathToFileURL(path).href);
	if (!isScript(module)) throw new Error(`Reading the attack ${file}: found no function "attack" among its exports, wanted one`);
	return { kind: "script", attack: module.attack };
};

/** One attack. @param path absolute. @throws Error that says what the file has and what was wanted. */
const readAttack = async (path: string): Promise<Attack> => {
	const file = relative(ATTACKS_FOLDER, path).split(sep).join("/");
	const text = readFileSync(path, "utf8");
	const { main, ...header } = parseHeader(file, text);
	const does = await doingOf(path, file, text, main);
	if ((header.ends.kind === "held") !== (does.kind === "script"))
		throw new Error(`Reading the attack ${file}: found ends: ${header.ends.kind}, wanted held where the file is a script, and only there`);
	return { ...header, file, category: categoryOf(file), does };
};

const isAttackFile = (name: string): boolean => {
	if (/\.(js|mts|attack\.ts)$/.test(name)) return true;
	if (name.endsWith(".ts"))
		throw new Error(`Reading attacks: found ${name}, wanted a program in TypeScript to be named .mts, and a script .attack.ts`);
	return false;
};

/** Files of a folder and those below it, in the order of their names. @param folder absolute */
const filesBelow = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && isAttackFile(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();

/** Reads attacks. @param paths absolute files or folders; all attacks unless given. @throws Error that names the file and what is wrong with its header */
export const readAttacks = async (paths: readonly string[] = [ATTACKS_FOLDER]): Promise<Attack[]> => {
	const files = paths.flatMap((path) => (isAttackFile(path) ? [path] : filesBelow(path)));
	const attacks: Attack[] = [];
	for (const file of files) attacks.push(await readAttack(file));
	return attacks;
};
