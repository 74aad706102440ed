import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { prepareTables } from "../../../worker/agents/object/tables.ts";

/** Thrown out of a step in the middle, or when it is about to be kept: nothing of it must be left. */
export class StepDied extends Error {}

interface Known {
	readonly statement: StatementSync;
	readonly isQuestion: boolean;
}

type Row = Record<string, unknown>;

/** What is written down of changes, so that only what has changed is looked at. */
export interface Touched {
	readonly kind: string;
	readonly id: string;
}

const WATCHED = [
	["runs", "id"],
	["calls", "id"],
	["holds", "id"],
	["approvals", "id"],
	["facts", "name"],
	["outbox", "id"],
	["state", "key"],
] as const;

/**
 * The storage of one agent's object on a real SQLite in memory, as far as the object uses it: `sql.exec` and `transactionSync`. One connection serves all
 * worlds, one after the other: what a world wrote is rolled back when it is over, and prepared statements stay.
 */
export class SimStorage {
	readonly #database = new DatabaseSync(":memory:");
	readonly #known = new Map<string, Known>();
	/** How many more statements may be executed before one dies; null: none dies. */
	#diesIn: number | null = null;
	#diesAtEnd = false;
	#dying: () => void = () => {};
	#isInStep = false;

	constructor() {
		prepareTables(this.asStorage(() => true));
		this.#database.exec("CREATE TEMP TABLE touched (kind TEXT, id TEXT)");
		for (const [table, column] of WATCHED)
			for (const [event, side] of [
				["INSERT", "new"],
				["UPDATE", "new"],
				["DELETE", "old"],
			])
				this.#database.exec(
					`CREATE TEMP TRIGGER ${event}_${table} AFTER ${event} ON main.${table} BEGIN INSERT INTO touched VALUES ('${table}', ${side}.${column}); END`,
				);
	}

	/** As one life of the object is given it. @param isAlive an object that was evicted writes nothing any more */
	asStorage(isAlive: () => boolean): DurableObjectStorage {
		const living = <Answer>(work: () => Answer): Answer => {
			if (!isAlive()) throw new StepDied("the object was evicted");
			return work();
		};
		return Object.assign(Object.create(null), {
			sql: { databaseSize: 0, exec: (query: string, ...bound: SQLInputValue[]) => living(() => this.#exec(query, bound)) },
			transactionSync: <Answer>(work: () => Answer): Answer => living(() => this.#transaction(work)),
		});
	}

	/** A new world, with nothing in it. */
	begin(): void {
		this.#database.exec("BEGIN");
	}

	end(): void {
		this.heal();
		this.#database.exec("ROLLBACK");
	}

	/** The next step dies at one of its statements, if it has so many, or at its end. @param at after so many statements; null: at its end. @param dying is told */
	dieIn(at: number | null, dying: () => void): void {
		this.#dying = dying;
		if (at === null) this.#diesAtEnd = true;
		else this.#diesIn = at;
	}

	heal(): void {
		this.#diesIn = null;
		this.#diesAtEnd = false;
	}

	/** Rows as the simulation looks at them: never dies, leaves no trace. */
	look(query: string, ...bound: SQLInputValue[]): Row[] {
		return this.#find(query).statement.all(...bound);
	}

	/** Writes what the simulation itself has to, as a process that came up in another life. */
	write(query: string): void {
		this.#database.exec(query);
	}

	/** What has changed since it was asked before. */
	takeTouched(): Touched[] {
		const touched = this.look("SELECT DISTINCT kind, id FROM touched").map((row) => ({ kind: String(row["kind"]), id: String(row["id"]) }));
		if (touched.length > 0) this.#find("DELETE FROM touched").statement.run();
		return touched;
	}

	#exec(query: string, bound: readonly SQLInputValue[]) {
		if (bound.length === 0 && query.includes(";")) {
			this.#database.exec(query);
			return cursorOf([], 0);
		}
		if (this.#diesIn !== null && this.#isInStep) {
			if (this.#diesIn === 0) this.#die("the step died in the middle");
			this.#diesIn -= 1;
		}
		const { statement, isQuestion } = this.#find(query);
		if (isQuestion) return cursorOf(statement.all(...bound).map(asStored), 0);
		return cursorOf([], Number(statement.run(...bound).changes));
	}

	#find(query: string): Known {
		const known = this.#known.get(query);
		if (known !== undefined) return known;
		const statement = this.#database.prepare(query);
		const made = { statement, isQuestion: statement.columns().length > 0 };
		this.#known.set(query, made);
		return made;
	}

	#transaction<Answer>(work: () => Answer): Answer {
		this.#find("SAVEPOINT step").statement.run();
		this.#isInStep = true;
		try {
			const answer = work();
			if (this.#diesAtEnd) this.#die("the step died when it was to be kept");
			return answer;
		} catch (error) {
			this.#find("ROLLBACK TO step").statement.run();
			throw error;
		} finally {
			this.#isInStep = false;
			this.heal();
			this.#find("RELEASE step").statement.run();
		}
	}

	#die(how: string): never {
		this.#dying();
		throw new StepDied(how);
	}
}

/** Bytes come out of the object's storage as an ArrayBuffer. */
const asStored = (row: Row): Row => {
	for (const [name, value] of Object.entries(row)) if (value instanceof Uint8Array) row[name] = value.slice().buffer;
	return row;
};

const cursorOf = (rows: Row[], rowsWritten: number) => ({
	rowsWritten,
	toArray: () => rows,
	one: () => {
		if (rows.length !== 1) throw new Error(`Reading one row: found ${rows.length}`);
		return rows[0];
	},
});
