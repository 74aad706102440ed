import { commentText } from "../../comment-text.ts";
import type { Resources } from "../../verb.ts";
import { AS_HANDLE, HANDLE, namedQueryText, SQL_VALUE } from "../named-query-text.ts";
import { grantedStore } from "./granted-store.ts";
import type { StoreGrant } from "./store-grant.ts";
import { queryNames } from "./store-methods.ts";

const ROW = "Record<string, unknown>";
const PARAMS = `readonly (${SQL_VALUE})[]`;

const READ = `	/**
	 * Runs one SELECT (PostgreSQL) in a transaction that cannot write, and gives its rows as objects. Parameters stand as $1, $2; cast them where the
	 * statement does not say their type ($1::int). bigint beyond 2^53 is a BigInt, numeric and date are text, timestamptz is a Date.
	 * information_schema.columns tells the tables and columns.
	 */
	query(sql: string, params?: ${PARAMS}): Promise<${ROW}[]>;
	/** The rows stay on the host; the handle is for other grants. */
	query(sql: string, params: ${PARAMS} | undefined, options: ${AS_HANDLE}): Promise<${HANDLE}>;
	/** The same with columns once and rows as arrays: smaller. */
	queryRows(sql: string, params?: ${PARAMS}): Promise<{ columns: string[]; rows: unknown[][] }>;`;

/** The TypeScript type of `env.<name>` for a grant on a store. Neither its binding nor its SQL stands in it. */
export const storeDeclaration = (grant: StoreGrant, resources: Resources): string => {
	const granted = grantedStore(grant, resources);
	if (granted.kind === "missing") {
		const methods = grant.mode === "read" ? ["query", "queryRows"] : queryNames(grant);
		return `{\n\t/** ${commentText(granted.message)}. */\n${methods.map((name) => `\t${name}(...args: unknown[]): Promise<never>;`).join("\n")}\n}`;
	}
	const members = grant.mode === "read" ? [READ] : [...granted.queries].map(([name, query]) => namedQueryText(name, query, ROW));
	return `{\n${members.join("\n")}\n}`;
};
