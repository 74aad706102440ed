import type { DatasetTable } from "../../contract/datasets.ts";
import { LIMITS } from "../../contract/limits.ts";
import { decodeValue } from "../../contract/tagged-json.ts";
import { EngineAnswer, type EngineQueryInput } from "../engine/engine-protocol.ts";
import { quoteName } from "../engine/quote-name.ts";
import type { EngineStub } from "./engine-loader.ts";

/** The tables that an engine has after a write, without their columns' types: those are in no row, and whoever keeps the description knows the old ones. */
export const describeTables = async (engine: EngineStub): Promise<DatasetTable[]> => {
	const named = await ask(
		engine,
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
	);
	const tables: DatasetTable[] = [];
	for (const [name] of named.rows.slice(0, LIMITS.datasetTables)) {
		const table = quoteName(String(name));
		const { columns } = await ask(engine, `SELECT * FROM ${table} LIMIT 0`);
		const [[rows] = []] = (await ask(engine, `SELECT count(*) FROM ${table}`)).rows;
		tables.push({ name: String(name), columns: columns.map((column) => ({ name: column, type: "" })), rows: Number(rows ?? 0) });
	}
	return tables;
};

const ask = async (engine: EngineStub, sql: string): Promise<{ columns: string[]; rows: unknown[][] }> => {
	const query: EngineQueryInput = {
		sql,
		access: { tables: "all", write: false },
		limits: { steps: LIMITS.sqlSteps.max, rows: LIMITS.sqlRows.max, bytes: LIMITS.sqlAnswerBytes.max, wallMs: LIMITS.sqlWallMs.max },
	};
	const answer = EngineAnswer.parse(JSON.parse(await engine.query(JSON.stringify(query))));
	if (answer.kind === "refused") throw new Error(`Describing a dataset: ${answer.message}`);
	const decoded = decodeValue(answer.rows);
	if (decoded.kind === "refused" || !Array.isArray(decoded.value)) throw new Error("Describing a dataset: found no rows, wanted rows.");
	return { columns: answer.columns, rows: decoded.value.filter((row) => Array.isArray(row)) };
};
