import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { TableAccess } from "../../engine/engine-protocol.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNames } from "../beyond-names.ts";
import { isSameJson } from "../is-same-json.ts";
import { readOnce } from "../read-once.ts";
import { SqlQueryGrant } from "./sql-query-grant.ts";
import { StoreGrant } from "./store/store-grant.ts";

const read = readOnce(z.union([SqlQueryGrant, StoreGrant]));

/**
 * How a grant of sql.query lets more happen than another one (Verb.beyond). Named queries are within the same named queries alone: that their text might as
 * well be asked freely would make other arguments of them than the parent's conditions look at.
 */
export const beyondSqlQuery = (parent: unknown, child: unknown): string | null => {
	const [theirs, own] = [read(parent), read(child)];
	if ("store" in theirs && "store" in own) return beyondFields(theirs, own, STORE);
	if ("dataset" in theirs && "dataset" in own) return beyondFields(theirs, own, DATASET);
	return `found a grant on a ${"store" in own ? "store" : "dataset"}, wanted one on a ${"store" in own ? "dataset" : "store"}`;
};

const beyondMode = ({ mode: theirs }: SqlQueryGrant, { mode: own }: SqlQueryGrant): string | null =>
	own === theirs || (theirs === "write" && own === "read")
		? null
		: `mode: found ${own}, wanted ${theirs === "write" ? "write or read" : theirs}`;

const beyondMinGroup = ({ minGroup: theirs }: SqlQueryGrant, { minGroup: own }: SqlQueryGrant): string | null => {
	if (theirs === undefined) return own === undefined ? null : "minGroup: found one, wanted none: the parent's calls are others";
	return own !== undefined && own >= theirs ? null : `minGroup: found ${own ?? "none"}, wanted at least ${theirs}`;
};

type Queries = StoreGrant["queries"];

const beyondQueries = (
	{ queries: theirs }: { readonly queries?: Queries },
	{ queries: own }: { readonly queries?: Queries },
): string | null => {
	if (theirs === undefined || own === undefined) return theirs === own ? null : "queries: found another way to ask, wanted the parent's";
	if (Array.isArray(theirs) || Array.isArray(own))
		return Array.isArray(theirs) && Array.isArray(own)
			? beyondNames("queries", theirs, own)
			: "queries: found another way to name them, wanted the parent's";
	const known = new Map(Object.entries(theirs));
	const isKnown = Object.entries(own).every(([name, query]) => isSameJson(known.get(name), query));
	return isKnown ? null : "queries: found one that the parent's grant has not or has otherwise, wanted some of the parent's as they are";
};

const beyondTables = ({ tables: theirs }: SqlQueryGrant, { tables: own }: SqlQueryGrant): string | null => {
	if (theirs === undefined) return null;
	if (own === undefined) return "tables: found all of the dataset, wanted some of the parent's tables";
	const known = new Map(Object.entries(theirs));
	for (const [name, access] of Object.entries(own)) {
		const wider = known.get(name);
		const beyond =
			wider === undefined ? "found one that the parent's grant has not, wanted some of its tables" : beyondAccess(wider, access);
		if (beyond !== null) return `tables: ${beyond}`;
	}
	return null;
};

/** A filter may look at tables that the grant does not show, so that another one tells more even where it hides more. */
const beyondAccess = (parent: TableAccess, child: TableAccess): string | null => {
	if (parent.where !== child.where) return "found another row filter, wanted the parent's";
	if (isRestricted(parent) && !isRestricted(child)) return "found a table that may be written, wanted it restricted as the parent's is";
	const [masked, own] = [new Set(parent.masked?.map(fold)), new Set(child.masked?.map(fold))];
	if (child.columns === undefined) {
		if (parent.columns !== undefined) return "found every column of a table, wanted some of the parent's";
		return [...masked].every((column) => own.has(column)) ? null : "found a column that the parent's grant masks, wanted it masked";
	}
	const columns = child.columns.map(fold);
	if (columns.some((column) => masked.has(column) && !own.has(column)))
		return "found a column that the parent's grant masks, wanted it masked";
	// A masked column is there even if it is not among the columns.
	const shown = parent.columns === undefined ? null : new Set([...parent.columns.map(fold), ...masked]);
	return shown === null || [...columns, ...own].every((column) => shown.has(column))
		? null
		: "found a column that the parent's grant has not, wanted some of its columns";
};

/** As the engine sees it: a restricted table is never written. */
const isRestricted = ({ columns, masked, where }: TableAccess): boolean =>
	columns !== undefined || masked !== undefined || where !== undefined;

/** SQLite takes names for the same whatever their case. */
const fold = (name: string): string => name.toLowerCase();

const ANSWERS = { rows: LIMITS.sqlRows.default, bytes: LIMITS.sqlAnswerBytes.default, wallMs: LIMITS.sqlWallMs.default };

const DATASET: Narrowings<SqlQueryGrant> = {
	fields: [
		["mode", beyondMode],
		["tables", beyondTables],
		["queries", beyondQueries],
		["minGroup", beyondMinGroup],
	],
	limits: { ...ANSWERS, steps: LIMITS.sqlSteps.default },
};

const STORE: Narrowings<StoreGrant> = { fields: [["queries", beyondQueries]], limits: ANSWERS };
