import { LIMITS } from "../../contract/limits.ts";
import { judgeAccess, type Reach } from "./authorize.ts";
import { type Connection, SqliteError } from "./connection.ts";
import { readText } from "./read-text.ts";
import { ACTION, VERDICT } from "./sqlite-codes.ts";
import { ImportError } from "./table-writer.ts";

/** What dumps say beside their tables: they do nothing here, since the whole import is one step. */
const WITHOUT_EFFECT: ReadonlySet<number> = new Set([ACTION.pragma, ACTION.transaction, ACTION.savepoint]);

/**
 * Runs SQL text that makes a dataset: CREATE TABLE, CREATE INDEX, INSERT and the like. Pragmas and transactions do nothing; views, triggers, virtual
 * tables and ATTACH are refused. The connection is not for anything else afterwards.
 * @throws ImportError, SqliteError
 */
export const importSql = async (connection: Connection, source: ReadableStream<Uint8Array>): Promise<void> => {
	let text = "";
	for await (const stretch of readText(source)) {
		text += stretch;
		if (text.length > LIMITS.importSqlChars)
			throw new ImportError(`the text is longer than ${LIMITS.importSqlChars} characters, wanted at most that; load a SQLite file`);
	}
	const reach: Reach = { schema: "main", datasetTables: new Set(), granted: null, write: true };
	let denied: string | null = null;
	connection.authorize((access) => {
		if (WITHOUT_EFFECT.has(access.action)) return VERDICT.ignore;
		const judgement = judgeAccess(access, reach);
		// Every table is open here, so that no refusal is of the kind "table".
		if (judgement.denied?.kind === "other") denied ??= judgement.denied.words;
		return judgement.verdict;
	});
	let done = 0;
	try {
		connection.script(new TextEncoder().encode(text), (count) => {
			done = count;
		});
	} catch (error) {
		if (denied !== null) throw new ImportError(`statement ${done + 1}: ${denied}`);
		if (error instanceof SqliteError) error.message = `statement ${done + 1}: ${error.message}`;
		throw error;
	}
};
