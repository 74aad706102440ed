import { Parser } from "acorn";
import { createAuthorPositions, LINE_END, type Position } from "./author-position.ts";
import { InvalidProgram } from "./invalid-program.ts";
import type { SourceProgram } from "./protocol.ts";
import { stripTypes } from "./strip-types.ts";
import { type ModuleSurvey, surveyModule } from "./survey-module.ts";

/** One module as an isolate can load it. `source` is the author's text, or null when it is the same. */
export interface CompiledModule {
	readonly code: string;
	readonly source: string | null;
	readonly survey: ModuleSurvey;
}

/** Strips, parses and surveys one module. @throws InvalidProgram with the author's line and column. @throws RangeError when it is nested too deeply. */
export const compileModule = (name: string, text: string, language: SourceProgram["language"]): CompiledModule => {
	const typed = language === "typescript" && !/\.m?js$/.test(name);
	const code = typed ? strip(name, text) : text;
	const source = code === text ? null : text;
	const positions = createAuthorPositions(code, source);
	const locate = (offset: number): Position => {
		const before = code.slice(0, offset).split(LINE_END);
		return positions(before.length, (before.at(-1) ?? "").length + 1);
	};
	const survey = surveyModule(parse(name, text, code, locate), locate);
	if (survey.awaitAt !== null) {
		throw new InvalidProgram(
			`Compiling "${name}": await at the top level is not supported; wanted it inside the default-exported function.`,
			name,
			survey.awaitAt,
		);
	}
	return { code, source, survey };
};

const strip = (name: string, text: string): string => {
	const stripping = stripTypes(name, text);
	if (stripping.kind === "invalid") throw syntaxError(name, text, stripping.what, stripping.position);
	return stripping.code;
};

const parse = (name: string, text: string, code: string, locate: (offset: number) => Position) => {
	try {
		return Parser.parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
	} catch (error) {
		if (!(error instanceof SyntaxError) || !("pos" in error) || typeof error.pos !== "number") throw error;
		throw syntaxError(name, text, error.message.replace(/ \(\d+:\d+\)$/, ""), locate(error.pos));
	}
};

const syntaxError = (name: string, text: string, what: string, position: Position | null): InvalidProgram => {
	const line = position === null ? "" : (text.split(LINE_END)[position.line - 1] ?? "");
	const jsx = /<[A-Za-z>][^()=]*>/.test(line.slice(0, 500)) && /(?:\/>|<\/)/.test(line.slice(0, 500));
	const hint = jsx ? " If this is JSX: it is not supported." : "";
	return new InvalidProgram(`Compiling "${name}": ${what}; wanted valid JavaScript or TypeScript.${hint}`, name, position);
};
