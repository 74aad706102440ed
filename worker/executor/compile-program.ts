import { LIMITS } from "../../contract/limits.ts";
import { checkMain } from "./check-main.ts";
import { checkModuleNames } from "./check-module-names.ts";
import { compileModule } from "./compile-module.ts";
import { InvalidProgram } from "./invalid-program.ts";
import { linkModules } from "./link-modules.ts";
import type { CompiledProgram, CompileOutcome, SourceProgram } from "./protocol.ts";
import type { ModuleSurvey } from "./survey-module.ts";

/**
 * Makes a program loadable: TypeScript is stripped line by line, syntax, imports and the default export are checked, positions are the author's.
 * Pure and synchronous. Its time is not bounded here (some texts within the limits take the parsers seconds): whoever calls it owns a CPU limit.
 */
export const compileProgram = (source: SourceProgram): CompileOutcome => {
	const progress = { module: source.main };
	try {
		return { kind: "compiled", program: compile(source, progress) };
	} catch (error) {
		if (error instanceof InvalidProgram)
			return { kind: "invalid", message: error.message, module: error.module, line: error.line, column: error.column };
		// The parsers descend by recursion: running out of stack is the program's shape, not a bug.
		if (!(error instanceof RangeError)) throw error;
		const message = `Compiling "${progress.module}": it is nested too deeply to be parsed; wanted fewer levels of nesting.`;
		return { kind: "invalid", message, module: progress.module, line: null, column: null };
	}
};

const compile = (source: SourceProgram, progress: { module: string }): CompiledProgram => {
	const names = Object.keys(source.modules);
	checkModuleNames(source.main, names);
	checkSize(source);
	const modules: Record<string, string> = {};
	const sources: Record<string, string> = {};
	const surveys = new Map<string, ModuleSurvey>();
	for (const [name, text] of Object.entries(source.modules)) {
		progress.module = name;
		const compiled = compileModule(name, text, source.language);
		modules[name] = compiled.code;
		if (compiled.source !== null) sources[name] = compiled.source;
		surveys.set(name, compiled.survey);
	}
	checkMain(source.main, surveys);
	const { standIns, libraries } = linkModules(surveys, source.libraries ?? []);
	for (const [name, code] of standIns) modules[name] = code;
	return { main: source.main, modules, sources, ...(libraries.size > 0 && { libraries: [...libraries] }) };
};

const checkSize = (source: SourceProgram): void => {
	const encoder = new TextEncoder();
	let bytes = 0;
	for (const text of Object.values(source.modules)) {
		bytes += text.length > LIMITS.programBytes ? text.length : encoder.encode(text).byteLength;
		if (bytes > LIMITS.programBytes)
			throw new InvalidProgram(`Compiling the program: it is more than ${LIMITS.programBytes} bytes; wanted at most that.`, source.main);
	}
};
