import type { LibraryName } from "../../contract/libraries.ts";
import { LIMITS } from "../../contract/limits.ts";
import { InvalidProgram } from "./invalid-program.ts";
import { resolveImport } from "./resolve-import.ts";
import { standInForLibrary, standInForModule, standInForNothing } from "./stand-in.ts";
import type { FoundImport, ModuleSurvey } from "./survey-module.ts";

/** What a program's imports need besides its own modules. */
export interface Linked {
	/** Name -> JavaScript of the modules that stand in (stand-in.ts). */
	readonly standIns: ReadonlyMap<string, string>;
	/** The libraries that are imported, each once. */
	readonly libraries: ReadonlySet<LibraryName>;
}

/** Checks every import and finds what must stand in for its name. @param granted names out of the policy. @throws InvalidProgram */
export const linkModules = (surveys: ReadonlyMap<string, ModuleSurvey>, granted: readonly LibraryName[]): Linked => {
	const standIns = new Map<string, string>();
	const libraries = new Set<LibraryName>();
	const missing = new Map<string, string>();
	const stand = (importer: string, found: FoundImport, alias: string, code: string): void => {
		const taken = surveys.has(alias) ? alias : (standIns.get(alias) ?? code) === code ? null : alias;
		if (taken !== null) throw ambiguous(importer, found, alias);
		standIns.set(alias, code);
	};
	for (const [importer, survey] of surveys) {
		for (const found of survey.imports) {
			const resolved = resolveImport(importer, found, surveys, granted);
			if (resolved.kind === "module") {
				if (resolved.alias !== null)
					stand(importer, found, resolved.alias, standInForModule(resolved.target, surveys.get(resolved.target)));
			} else if (resolved.kind === "library") {
				libraries.add(resolved.name);
				stand(importer, found, resolved.alias, standInForLibrary(resolved.alias, resolved.name));
			} else if (resolved.alias !== null && missing.size < LIMITS.explainedImports) missing.set(resolved.alias, resolved.message);
		}
	}
	for (const [alias, message] of missing) if (!surveys.has(alias) && !standIns.has(alias)) standIns.set(alias, standInForNothing(message));
	return { standIns, libraries };
};

/** The runtime resolves `zod` and `./zod` to one name. Neither the program's module nor the library may quietly become the other. */
const ambiguous = (importer: string, found: FoundImport, alias: string): InvalidProgram => {
	const shown = alias.slice(alias.lastIndexOf("/") + 1);
	return new InvalidProgram(
		`Compiling "${importer}": ${JSON.stringify(found.specifier)} could mean the library "${shown}" or the program's own module beside it; ` +
			`wanted the own module with an extension in its name and in every import, like "./${shown}.ts".`,
		importer,
		found.locate(),
	);
};
