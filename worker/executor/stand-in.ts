import type { LibraryName } from "../../contract/libraries.ts";
import type { ModuleSurvey } from "./survey-module.ts";

/** Where libraries lie in an isolate: outside the program's folder, so that no module of a program takes a library's name. */
export const LIBRARY_ROOT = "libraries/";

/**
 * Stand-ins are small modules with the very names that a program's imports lead to, so that no text of the program has to move. The runtime resolves a plain
 * name like a relative one: `zod` imported in `lib/a.ts` is the module `lib/zod`.
 */
export const standInForModule = (target: string, survey: ModuleSurvey | undefined): string => {
	const specifier = JSON.stringify(`./${target.slice(target.lastIndexOf("/") + 1)}`);
	return survey?.defaultExport === null
		? `export * from ${specifier};`
		: `export * from ${specifier}; export { default } from ${specifier};`;
};

/** Hands on what a library exports; each bundle has a default export. @param at the stand-in's own name, e.g. `lib/zod` */
export const standInForLibrary = (at: string, name: LibraryName): string => {
	const specifier = JSON.stringify(`${"../".repeat(at.split("/").length)}${LIBRARY_ROOT}${name}.js`);
	return `export * from ${specifier}; export { default } from ${specifier};`;
};

/** Makes an `import()` that leads nowhere reject with a message that helps; its place would be the stand-in's, so it has none. */
export const standInForNothing = (message: string): string =>
	`throw Object.assign(new Error(${JSON.stringify(message)}), { code: "ERR_MODULE_NOT_FOUND", stack: "" });`;
