import { LIMITS } from "../../contract/limits.ts";
import { InvalidProgram } from "./invalid-program.ts";

const NAME = /^[A-Za-z0-9_\-./]+$/;
/** Segments that would leave the program's folder, or that name what every object inherits. */
const FORBIDDEN = new Set(["", ".", "..", "__proto__", "constructor", "prototype"]);

/** Checks that the modules are few, named plainly, and that the main one is among them. @throws InvalidProgram */
export const checkModuleNames = (main: string, names: readonly string[]): void => {
	if (names.length > LIMITS.programModules) {
		throw new InvalidProgram(
			`Compiling the program: it has ${names.length} modules; wanted at most ${LIMITS.programModules}.`,
			main.slice(0, LIMITS.moduleNameChars),
		);
	}
	for (const name of names) checkModuleName(name);
	if (!names.includes(main)) {
		const short = main.slice(0, LIMITS.moduleNameChars);
		throw new InvalidProgram(
			`Compiling the program: its main module is ${JSON.stringify(short)}; wanted one of ${listNames(names)}.`,
			short,
		);
	}
};

/** The names of modules for a message, a few of them. */
export const listNames = (names: readonly string[]): string => {
	const shown = names.slice(0, 10).map((name) => JSON.stringify(name));
	const rest = names.length - shown.length;
	return shown.length === 0 ? "no module at all" : shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
};

const checkModuleName = (name: string): void => {
	const refuse = (why: string): never => {
		const short = name.slice(0, LIMITS.moduleNameChars);
		throw new InvalidProgram(
			`Naming a module ${JSON.stringify(short)}: ${why}; wanted a relative path like "main.ts" or "lib/parse.ts".`,
			short,
		);
	};
	if (name.length > LIMITS.moduleNameChars) refuse(`the name is longer than ${LIMITS.moduleNameChars} characters`);
	if (!NAME.test(name)) refuse("it has characters other than letters, digits, _ - . and /");
	const bad = name.split("/").find((segment) => FORBIDDEN.has(segment));
	if (bad !== undefined)
		refuse(bad === "" ? "it begins or ends with a slash or has two in a row" : `${JSON.stringify(bad)} cannot be part of it`);
	const extension = /\.([a-z]+)$/.exec(name)?.[1] ?? "";
	if (extension === "json") refuse("JSON modules are not supported: put the data into a module with `export default`");
	if (extension === "tsx" || extension === "jsx") refuse("JSX is not supported");
	if (!["", "ts", "mts", "js", "mjs"].includes(extension)) refuse(`.${extension} is not a kind of module that can be run`);
};
