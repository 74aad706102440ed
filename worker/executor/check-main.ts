import { InvalidProgram } from "./invalid-program.ts";
import type { ModuleSurvey } from "./survey-module.ts";

const WANTED = "wanted `export default async (input, env) => result`";

/** Checks that the main module's default export may be a function, and that no module is a thenable. @throws InvalidProgram */
export const checkMain = (main: string, surveys: ReadonlyMap<string, ModuleSurvey>): void => {
	for (const [name, survey] of surveys) {
		if (survey.thenExport === null) continue;
		throw new InvalidProgram(
			`Compiling "${name}": it exports the name "then", which makes the module a thenable; wanted another name.`,
			name,
			survey.thenExport,
		);
	}
	const exported = surveys.get(main)?.defaultExport ?? null;
	if (exported === null) throw new InvalidProgram(`Compiling "${main}": the main module has no default export; ${WANTED}.`, main);
	if (exported.kind === "function") return;
	throw new InvalidProgram(`Compiling "${main}": the default export is ${exported.what}; ${WANTED}.`, main, exported.position);
};
