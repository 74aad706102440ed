import type { LibraryName } from "../../contract/libraries.ts";
import { LIMITS } from "../../contract/limits.ts";
import { describeMissing } from "../libraries/describe-missing.ts";
import { listNames } from "./check-module-names.ts";
import { InvalidProgram } from "./invalid-program.ts";
import type { FoundImport, ModuleSurvey } from "./survey-module.ts";

/**
 * What an import leads to. `alias` is the module name that the runtime looks for, where something must stand in for it; null: nothing must. `missing`: an `import()` that rejects when it is
 * reached, as in any JavaScript, and the program may catch it.
 */
export type ResolvedImport =
	| { readonly kind: "module"; readonly target: string; readonly alias: string | null }
	| { readonly kind: "library"; readonly name: LibraryName; readonly alias: string }
	| { readonly kind: "missing"; readonly alias: string | null; readonly message: string };

/**
 * Finds what a specifier means: a module of the program by relative path, or a granted library by its name. Nothing else exists.
 * @param libraries the names that the agent's policy grants. @throws InvalidProgram for a static import that leads nowhere
 */
export const resolveImport = (
	importer: string,
	found: FoundImport,
	surveys: ReadonlyMap<string, ModuleSurvey>,
	libraries: readonly LibraryName[],
): ResolvedImport => {
	const { specifier } = found;
	const missing = (why: string): ResolvedImport => {
		const message = `"${importer}": it imports ${JSON.stringify(specifier.slice(0, 200))}; ${why}.`;
		if (found.dynamic) return { kind: "missing", alias: nameBeside(importer, specifier), message: `Importing in ${message}` };
		throw new InvalidProgram(`Compiling ${message}`, importer, found.locate());
	};
	if (found.attributes) return missing("import attributes are not supported");
	const own = () => `the program's own modules are ${listNames([...surveys.keys()])}`;
	const library = libraries.find((name) => name === specifier);
	if (library !== undefined) return { kind: "library", name: library, alias: nameBeside(importer, library) ?? library };
	const path = resolvePath(importer, specifier);
	if (path === null) {
		if (!/^[./]/.test(specifier)) return missing(`${describeMissing(specifier, libraries)}; ${own()}, imported by relative path`);
		return missing(`there is no such module: ${own()}, imported by relative path`);
	}
	if (surveys.has(path)) return { kind: "module", target: path, alias: null };
	const target = candidates(path).find((candidate) => surveys.has(candidate));
	return target === undefined ? missing(`there is no module "${path.slice(0, 200)}": ${own()}`) : { kind: "module", target, alias: path };
};

/** What the runtime makes of a plain name: a module beside the importer. Null for what it makes something else of, or what is no plain name. */
const nameBeside = (importer: string, specifier: string): string | null => {
	if (specifier.length > LIMITS.moduleNameChars || !/^(?:npm:|jsr:)?[A-Za-z0-9@][A-Za-z0-9@_\-./]*$/.test(specifier)) return null;
	if (specifier.split("/").some((segment) => segment === "" || /^\.\.?$|^(?:__proto__|constructor|prototype)$/.test(segment))) return null;
	return [...importer.split("/").slice(0, -1), specifier].join("/");
};

/** The module name that a relative specifier leads to; null for anything else, and for what leaves the program's folder. */
const resolvePath = (importer: string, specifier: string): string | null => {
	if (!/^\.\.?\/[A-Za-z0-9_\-./]+$/.test(specifier)) return null;
	const path = importer.split("/").slice(0, -1);
	for (const segment of specifier.split("/")) {
		if (segment === ".") continue;
		if (segment === "") return null;
		if (segment !== "..") path.push(segment);
		else if (path.pop() === undefined) return null;
	}
	return path.length === 0 ? null : path.join("/");
};

/** What TypeScript and bundlers would also try, in their order. An alias must be a sibling of its target, so there is no `b/index.ts`. */
const candidates = (path: string): string[] => {
	const typed = /\.(m?)js$/.exec(path);
	if (typed !== null) return [`${path.slice(0, typed.index)}.${typed[1] ?? ""}ts`];
	return /\.(m?)ts$/.test(path) ? [path.replace(/ts$/, "js")] : [`${path}.ts`, `${path}.js`, `${path}.mts`, `${path}.mjs`];
};
