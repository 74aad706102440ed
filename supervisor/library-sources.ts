import type { LibraryName } from "../contract/libraries.ts";

/** Where a library's bundle begins: the package it is of, and the text of the module that is bundled, which imports as if it lay in the repository's root. */
export interface LibrarySource {
	readonly package: string;
	readonly entry: string;
}

/** A package all of whose exports are handed on. One that has no default export gets its namespace as one, since programs often import it so. */
const whole = (name: string, defaultExport: boolean): LibrarySource => ({
	package: name,
	entry: `export * from "${name}"; ${defaultExport ? `export { default } from "${name}";` : `import * as all from "${name}"; export { all as default };`}`,
});

/** How each library is bundled. */
export const LIBRARY_SOURCES: Readonly<Record<LibraryName, LibrarySource>> = {
	"date-fns": whole("date-fns", false),
	"fast-xml-parser": whole("fast-xml-parser", false),
	"just-bash": {
		package: "just-bash",
		entry:
			'export * from "just-bash"; export { createShell } from "./worker/libraries/just-bash/create-shell.ts"; export { LoggedBash as Bash } from "./worker/libraries/just-bash/logged-bash.ts"; ' +
			'export { createShell as default } from "./worker/libraries/just-bash/create-shell.ts";',
	},
	marked: whole("marked", false),
	// CommonJS, whose names a bundler cannot find out by itself.
	papaparse: {
		package: "papaparse",
		entry:
			'import Papa from "papaparse"; export default Papa; export const { parse, unparse, Parser, ParserHandle, RECORD_SEP, UNIT_SEP, BYTE_ORDER_MARK, BAD_DELIMITERS } = Papa;',
	},
	"simple-statistics": whole("simple-statistics", false),
	xlsx: whole("@e965/xlsx", true),
	yaml: whole("yaml", true),
	zod: whole("zod", true),
};
