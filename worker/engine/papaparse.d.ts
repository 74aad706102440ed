/** The parts of papaparse that read a stretch of text, and write one; the package has no types. */
declare module "papaparse" {
	export interface ParserResult {
		data: string[][];
		errors: { type: string; code: string; message: string; row?: number }[];
		/** How many characters were read as whole records. */
		meta: { cursor: number };
	}
	const Papa: {
		Parser: new (options: {
			delimiter: string;
			newline: string;
			quoteChar: string;
		}) => { parse(input: string, baseIndex: number, ignoreLastRow: boolean): ParserResult };
		/** @param options `escapeFormulae`: which texts get an apostrophe before them */
		unparse(rows: readonly (readonly (string | number)[])[], options: { newline: string; escapeFormulae: RegExp }): string;
	};
	export default Papa;
}

/** The reader of workbooks, a module of the isolate of its own (read-workbook). */
declare module "xlsx.js" {
	export const readWorkbook: (bytes: Uint8Array) => { name: string; rows: (null | string | number | boolean)[][] }[];
}
