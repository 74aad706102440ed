import { listNames } from "./check-module-names.ts";
import { InvalidProgram } from "./invalid-program.ts";
import type { FoundImport, ModuleSurvey } from "./survey-module.ts";

/** What an import leads to. `alias` is the name that must exist beside the target, when the specifier does not name the target exactly. */
export interface ResolvedImport {
	readonly target: string;
	readonly alias: string | null;
}

/**
 * Finds the module that a specifier means: only modules of the program exist. Null for an `import()` that leads nowhere: it rejects when it is reached, as
 * in any JavaScript, and the program may catch it. @throws InvalidProgram for any other that leads nowhere
 */
export const resolveImport = (importer: string, found: FoundImport, surveys: ReadonlyMap<string, ModuleSurvey>): ResolvedImport | null => {
	const refuse = (why: string): null => {
		if (found.dynamic) return null;
		throw new InvalidProgram(
			`Compiling "${importer}": it imports ${JSON.stringify(found.specifier.slice(0, 200))}; ${why}.`,
			importer,
			found.locate(),
		);
	};
	if (found.attributes) return refuse("import attributes are not supported");
	const path = resolvePath(importer, found.specifier);
	const own = () => `the program's own modules are ${listNames([...surveys.keys()])}`;
	if (path === null)
		return refuse(`there is no such module: ${own()}, imported by relative path. No package, URL or built-in module exists here`);
	if (surveys.has(path)) return { target: path, alias: null };
	const target = candidates(path).find((candidate) => surveys.has(candidate));
	return target === undefined ? refuse(`there is no module "${path.slice(0, 200)}": ${own()}`) : { target, alias: path };
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
