import { z } from "zod";
import { LIBRARY_NAMES, type LibraryName } from "../../contract/libraries.ts";
import manifest from "./manifest.json" with { type: "json" };

/** What is committed of each bundle: whoever loads another text than this loads another library. Written by supervisor/build-libraries.ts. */
export const LibraryManifest = z.array(
	z.strictObject({
		name: z.enum(LIBRARY_NAMES),
		/** Its name in the npm registry. */
		package: z.string(),
		version: z.string(),
		/** Of the bundle's UTF-8 text, hex. */
		sha256: z.string().regex(/^[0-9a-f]{64}$/),
		bytes: z.int().min(1),
	}),
);

/** One library that programs may import by name. */
export interface Library {
	readonly name: LibraryName;
	readonly version: string;
	/** What it is for, a few words. */
	readonly summary: string;
	/** The import as a program writes it. */
	readonly usage: string;
}

const DESCRIPTIONS: Readonly<Record<LibraryName, { readonly summary: string; readonly usage: string }>> = {
	"date-fns": { summary: "calendar arithmetic, parsing and formatting of dates", usage: 'import { addDays, format } from "date-fns"' },
	"fast-xml-parser": { summary: "reads and writes XML", usage: 'import { XMLParser, XMLBuilder } from "fast-xml-parser"' },
	"just-bash": {
		summary: "a shell over the run's files: grep, sed, awk, jq, sort and pipes, without processes or network",
		usage: 'import { createShell } from "just-bash"; const shell = await createShell(env.files); await shell.exec("ls /workspace")',
	},
	marked: { summary: "turns Markdown into HTML (which it does not sanitize)", usage: 'import { marked } from "marked"' },
	papaparse: { summary: "reads and writes CSV", usage: 'import Papa from "papaparse"' },
	"simple-statistics": { summary: "means, quantiles, regressions, tests", usage: 'import { mean, quantile } from "simple-statistics"' },
	xlsx: { summary: "reads and writes spreadsheets (SheetJS); read() and write() with bytes", usage: 'import * as XLSX from "xlsx"' },
	yaml: { summary: "reads and writes YAML", usage: 'import { parse, stringify } from "yaml"' },
	zod: { summary: "checks values against schemas", usage: 'import { z } from "zod"' },
};

/** Every library by its name. */
export const LIBRARIES: ReadonlyMap<string, Library> = new Map(
	LibraryManifest.parse(manifest).map(({ name, version }) => [name, { name, version, ...DESCRIPTIONS[name] }]),
);
