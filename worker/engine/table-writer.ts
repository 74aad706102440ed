import { LIMITS } from "../../contract/limits.ts";
import type { Connection } from "./connection.ts";
import type { ImportedTable } from "./engine-protocol.ts";
import { quoteName } from "./quote-name.ts";
import type { SqlValue, Statement } from "./statement.ts";

export type ColumnType = "INTEGER" | "REAL" | "TEXT" | "ANY";

/** Data that cannot be taken in; the message says where and is ready to be shown. */
export class ImportError extends Error {}

/**
 * Writes the rows of one new table. Types are chosen from the first records, which are held back until there are enough of them: INTEGER when all values
 * are whole numbers, REAL when all are numbers, TEXT when all are text, else ANY, which keeps each value as it is. Later values that do not fit are
 * kept as SQLite's affinity keeps them. Missing values are NULL.
 */
export class TableWriter {
	readonly #connection: Connection;
	readonly #name: string;
	readonly #columns: string[];
	/** Values that are all text and are to be read as numbers where they look so (CSV). */
	readonly #textual: boolean;
	#types: ColumnType[] | null = null;
	#sample: { row: SqlValue[]; where: string }[] = [];
	#sampleChars = 0;
	#insert: Statement | null = null;
	#rows = 0;

	constructor(connection: Connection, name: string, columns: readonly string[], textual: boolean) {
		this.#connection = connection;
		this.#name = name;
		this.#columns = [...columns];
		this.#textual = textual;
		this.#checkWidth();
	}

	get rows(): number {
		return this.#rows;
	}

	/** Adds a column; what was written before has NULL in it. @returns its index */
	addColumn(name: string): number {
		this.#columns.push(name);
		this.#checkWidth();
		if (this.#types !== null) {
			this.#types.push("ANY");
			this.#insert?.finalize();
			this.#insert = null;
			this.#connection.exec(`ALTER TABLE ${quoteName(this.#name)} ADD COLUMN ${quoteName(name)}`);
		}
		return this.#columns.length - 1;
	}

	/**
	 * @param where what an error says of where the row stands, such as `line 7`
	 * @throws SqliteError when a value is too large or the dataset is full
	 */
	add(row: SqlValue[], where: string): void {
		this.#rows += 1;
		if (this.#types !== null) {
			this.#write(row, where);
			return;
		}
		this.#sample.push({ row, where });
		for (const value of row) if (typeof value === "string") this.#sampleChars += value.length;
		if (this.#sample.length >= LIMITS.importSampleRecords || this.#sampleChars >= LIMITS.importSampleChars) this.#create();
	}

	finish(): ImportedTable {
		if (this.#types === null) this.#create();
		this.#insert?.finalize();
		this.#insert = null;
		const types = this.#types ?? [];
		return { name: this.#name, columns: this.#columns.map((name, index) => ({ name, type: types[index] ?? "ANY" })), rows: this.#rows };
	}

	/** Lets go of the statement, so that the connection can be closed. */
	dispose(): void {
		this.#insert?.finalize();
		this.#insert = null;
	}

	#checkWidth(): void {
		if (this.#columns.length > LIMITS.sqlColumns)
			throw new ImportError(`the table ${this.#name} has ${this.#columns.length} columns, wanted at most ${LIMITS.sqlColumns}`);
	}

	#create(): void {
		const sample = this.#sample;
		this.#sample = [];
		const types = this.#columns.map((_, index) => this.#infer(sample, index));
		this.#types = types;
		const columns = this.#columns.map((name, index) => `${quoteName(name)}${types[index] === "ANY" ? "" : ` ${types[index]}`}`);
		this.#connection.exec(`CREATE TABLE ${quoteName(this.#name)} (${columns.join(", ")})`);
		for (const { row, where } of sample) this.#write(row, where);
	}

	#infer(sample: readonly { row: SqlValue[] }[], index: number): ColumnType {
		let [whole, real, text] = [0, 0, 0];
		for (const { row } of sample) {
			const value = row[index] ?? null;
			if (value === null) continue;
			const kind = this.#textual && typeof value === "string" ? kindOfText(value) : kindOf(value);
			if (kind === "INTEGER") whole += 1;
			else if (kind === "REAL") real += 1;
			else text += 1;
		}
		if (text > 0) return whole + real > 0 && !this.#textual ? "ANY" : "TEXT";
		if (real > 0) return "REAL";
		return whole > 0 ? "INTEGER" : this.#textual ? "TEXT" : "ANY";
	}

	#write(row: SqlValue[], where: string): void {
		try {
			this.#insertRow(row);
		} catch (error) {
			if (error instanceof Error) error.message = `${where}: ${error.message}`;
			throw error;
		}
	}

	#insertRow(row: SqlValue[]): void {
		this.#insert ??= this.#prepare();
		for (let index = 0; index < this.#columns.length; index += 1) this.#insert.bind(index + 1, row[index] ?? null);
		while (this.#insert.step());
		this.#insert.reset();
	}

	#prepare(): Statement {
		const marks = this.#columns.map(() => "?").join(", ");
		const { statement } = this.#connection.prepare(new TextEncoder().encode(`INSERT INTO ${quoteName(this.#name)} VALUES (${marks})`));
		if (statement === null) throw new Error("Importing: SQLite compiled no INSERT, wanted one.");
		return statement;
	}
}

/** No leading zero: `007` and a telephone number are text. At most 18 digits: more may not fit 64 bits. */
const WHOLE = /^-?(?:0|[1-9][0-9]{0,17})$/;
const NUMBER = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?$/;

const kindOfText = (text: string): ColumnType => (WHOLE.test(text) ? "INTEGER" : NUMBER.test(text) ? "REAL" : "TEXT");
const kindOf = (value: SqlValue): ColumnType => {
	if (typeof value === "number") return Number.isSafeInteger(value) ? "INTEGER" : "REAL";
	return typeof value === "boolean" ? "INTEGER" : "TEXT";
};
