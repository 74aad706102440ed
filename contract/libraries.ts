/**
 * The names by which programs import libraries; a policy grants them out of these. Closed: nothing else can be imported, and nothing is fetched at
 * run time. What each is stands in worker/libraries/catalogue.ts.
 */
export const LIBRARY_NAMES = [
	"date-fns",
	"fast-xml-parser",
	"just-bash",
	"marked",
	"papaparse",
	"simple-statistics",
	"xlsx",
	"yaml",
	"zod",
] as const;
export type LibraryName = (typeof LIBRARY_NAMES)[number];
