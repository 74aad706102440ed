import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from "./allowed-functions.ts";
import type { Access } from "./connection.ts";
import { ACTION, VERDICT } from "./sqlite-codes.ts";

/** What a connection may touch. Names of tables are in lower case. */
export interface Reach {
	/** Name under which the dataset is attached; unguessable unless the whole dataset is open. */
	readonly schema: string;
	/** Names of all tables of the dataset. */
	readonly datasetTables: ReadonlySet<string>;
	/** Null: the whole dataset. Else what is granted. */
	readonly granted: Granted | null;
	readonly write: boolean;
}

export interface Granted {
	/** Name of a granted table to its columns that read as NULL. Its view in `temp` has this name. */
	readonly masked: ReadonlyMap<string, ReadonlySet<string>>;
	/** Names of the inner views, unguessable: only what stands in one of them may read the dataset itself. */
	readonly guards: ReadonlySet<string>;
	/** Tables that are reached as they are, to be written. */
	readonly plain: ReadonlySet<string>;
}

/**
 * What was refused, in words for whoever wrote the statement. A table that is not granted is said as one that is not there: its name in lower case, as a
 * statement would have it in any case.
 */
export type Denied = { kind: "table"; name: string } | { kind: "other"; words: string };
export type Judgement = { verdict: number; denied?: Denied };

const OK: Judgement = { verdict: VERDICT.ok };
const IGNORE: Judgement = { verdict: VERDICT.ignore };
const deny = (words: string): Judgement => ({ verdict: VERDICT.deny, denied: { kind: "other", words } });
const denyTable = (name: string): Judgement => ({ verdict: VERDICT.deny, denied: unknownTable(name) });

/** @param name as a statement or SQLite has it, with or without the database before it */
export const unknownTable = (name: string): Denied => ({ kind: "table", name: name.toLowerCase().replace(/^(?:main|temp)\./, "") });

/** Why a table that no statement can change is not changed. What a grant hides looks like what is not there. */
export const deniedChange = (name: string, { granted, write }: Reach): Denied => {
	if (granted !== null && !granted.masked.has(name.toLowerCase())) return unknownTable(name);
	const why = write ? "a table with columns, masks or a row filter in the grant is read only" : "the grant reads only";
	return { kind: "other", words: `found a change of ${name.toLowerCase()}, wanted a statement that reads it: ${why}` };
};

/**
 * Judges one access that a statement names, as SQLite's compiler reports it. Everything that is not allowed here is refused, so that an action, a
 * function or a module of a later SQLite is refused too.
 */
export const judgeAccess = (access: Access, reach: Reach): Judgement => {
	switch (access.action) {
		case ACTION.select:
		case ACTION.recursive:
			return OK;
		case ACTION.call:
			return judgeCall(access.second, reach);
		case ACTION.read:
			return judgeRead(access, reach);
		case ACTION.insert:
		case ACTION.update:
		case ACTION.delete:
			return judgeWrite(access, reach);
		default:
			return judgeOther(access, reach);
	}
};

const judgeCall = (name: string, reach: Reach): Judgement => {
	const lower = name.toLowerCase();
	if (ALLOWED_FUNCTIONS.has(lower)) return OK;
	// What ALTER TABLE calls within itself; SQLite keeps these from statements.
	if (reach.granted === null && reach.write && /^sqlite_(rename|drop|add|find|fail|set|remove)/.test(lower)) return OK;
	return deny(`the function ${lower.slice(0, 100)} is not allowed, wanted SQLite's functions of text, numbers, dates, JSON and aggregates`);
};

const judgeRead = ({ first, second, database, context }: Access, reach: Reach): Judgement => {
	const table = first.toLowerCase();
	const { granted } = reach;
	if (granted === null) return table.startsWith("pragma_") ? deny(`${first} is not allowed`) : OK;
	const refusal = denyTable(first);
	if (database === reach.schema) {
		if (granted.plain.has(table) || granted.guards.has(context)) return OK;
		// Only a guard names the dataset's schema; when SQLite joins a guard into the statement, what reads no column of it is asked about once more.
		return second === "" ? OK : refusal;
	}
	if (database === "temp") {
		if (granted.guards.has(table)) return OK;
		const masked = granted.masked.get(table);
		if (masked === undefined) return refusal;
		return masked.has(second.toLowerCase()) ? IGNORE : OK;
	}
	if (database === "main") return ALLOWED_TABLE_FUNCTIONS.has(table) ? OK : refusal;
	// No database, no column: a common table expression, a subquery, a view or a table of which no column is read.
	if (database !== "" || second !== "") return refusal;
	if (granted.masked.has(table) || granted.plain.has(table) || granted.guards.has(table)) return OK;
	return reach.datasetTables.has(table) || /^(sqlite|pragma)_/.test(table) ? refusal : OK;
};

const judgeWrite = ({ action, first, database }: Access, reach: Reach): Judgement => {
	const table = first.toLowerCase();
	const verb = action === ACTION.insert ? "INSERT into" : action === ACTION.update ? "UPDATE of" : "DELETE from";
	if (!reach.write) return { verdict: VERDICT.deny, denied: deniedChange(first, reach) };
	// SQLite writes its own schema tables for CREATE, ALTER and DROP, and refuses a statement that names them.
	if (reach.granted === null) return database === "temp" && table !== "sqlite_temp_master" ? deny(`${verb} ${first} is not allowed`) : OK;
	if (database === reach.schema && reach.granted.plain.has(table)) return OK;
	return { verdict: VERDICT.deny, denied: deniedChange(first, reach) };
};

const WHOLE_DATASET_ACTIONS: ReadonlySet<number> = new Set([
	ACTION.createTable,
	ACTION.createIndex,
	ACTION.dropTable,
	ACTION.dropIndex,
	ACTION.alterTable,
	ACTION.reindex,
]);

const NAMES: ReadonlyMap<number, string> = new Map([
	[ACTION.pragma, "PRAGMA"],
	[ACTION.attach, "ATTACH"],
	[ACTION.detach, "DETACH"],
	[ACTION.transaction, "a transaction of its own"],
	[ACTION.savepoint, "SAVEPOINT"],
	[ACTION.createTable, "CREATE TABLE"],
	[ACTION.dropTable, "DROP TABLE"],
	[ACTION.createIndex, "CREATE INDEX"],
	[ACTION.dropIndex, "DROP INDEX"],
	[ACTION.alterTable, "ALTER TABLE"],
	[ACTION.reindex, "REINDEX"],
]);

const judgeOther = ({ action, first }: Access, reach: Reach): Judgement => {
	if (reach.write && reach.granted === null && WHOLE_DATASET_ACTIONS.has(action)) return OK;
	const name = NAMES.get(action);
	return deny(
		name === undefined
			? `a statement of this kind is not allowed (action ${action})`
			: `${name} ${first.slice(0, 100)}`.trim().concat(" is not allowed"),
	);
};
