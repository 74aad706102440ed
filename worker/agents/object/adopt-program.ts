import { z } from "zod";
import { Language, Program } from "../../../contract/runs.ts";
import { programBytes, programDigest, programSource } from "../program-source.ts";
import { jsonColumn, readRow } from "../../db/rows.ts";

/** What of a configuration of before there were versions says of the program. */
const Before = z.object({ value: jsonColumn(z.looseObject({ program: Program.nullable(), language: Language, updatedAtMs: z.int() })) });

/** Makes version 1, active, of the program that stands in the configuration of an agent of before there were versions. Part of the step that makes their table. */
export const adoptProgram = (sql: SqlStorage): void => {
	const row = readRow(sql, Before, "SELECT value FROM facts WHERE name = 'configuration'");
	if (row === null) return;
	const { program, ...rest } = row.value;
	if (program !== null) {
		const { language, updatedAtMs } = rest;
		const source = programSource(program, language);
		sql.exec(
			"INSERT INTO programs (version, digest, language, bytes, note, created_at_ms, program) VALUES (1, ?, ?, ?, NULL, ?, ?)",
			...[programDigest(source), language, programBytes(source), updatedAtMs, JSON.stringify(program)],
		);
	}
	const version = program === null ? null : 1;
	const value = { ...rest, programVersion: version, lastProgramVersion: version ?? 0, isolation: "fresh" };
	sql.exec("UPDATE facts SET value = ? WHERE name = 'configuration'", JSON.stringify(value));
};
