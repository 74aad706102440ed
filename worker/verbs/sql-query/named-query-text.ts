import type { NamedQuery, ParameterType } from "../../../contract/named-queries.ts";

/** The TypeScript types that declarations of `sql.query` share, on a dataset and on a store: a value of SQL, how a handle is asked for, and the handle. */
export const SQL_VALUE = "string | number | bigint | boolean | Uint8Array | null";
export const AS_HANDLE = '{ as: "handle"; format?: "csv" | "json" }';
export const HANDLE = "{ handle: string; bytes: number; type: string; columns: string[]; rowCount: number }";

const TYPES: Readonly<Record<ParameterType, string>> = {
	text: "string",
	number: "number",
	integer: "number",
	boolean: "boolean",
	bytes: "Uint8Array",
};

/**
 * The method that a named query becomes, as a declaration has it: with its rows, and with a handle on them.
 * @param row the TypeScript type of a row
 */
export const namedQueryText = (name: string, { params }: NamedQuery, row: string): string => {
	const fields = Object.entries(params ?? {}).map(([key, type]) => `${key}: ${TYPES[type]}`);
	const argument = fields.length === 0 ? "params?: {}" : `params: { ${fields.join("; ")} }`;
	const bare = fields.length === 0 ? "params: {} | undefined" : argument;
	return `\t${name}(${argument}): Promise<${row}[]>;\n\t${name}(${bare}, options: ${AS_HANDLE}): Promise<${HANDLE}>;`;
};
