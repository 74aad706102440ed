import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

const MIGRATIONS = join(import.meta.dirname, "..", "..", "..", "migrations");

interface Bound {
	readonly query: string;
	readonly values: readonly SQLInputValue[];
}

/** What becomes of a batch: `unheard`: D1 does not take it. `unanswered`: it does, and says nothing. */
export type BatchFate = "taken" | "unheard" | "unanswered";

/** D1 on a real SQLite in memory with the platform's own migrations, as far as the outbox uses it. */
export class SimArchive {
	readonly #database = new DatabaseSync(":memory:");
	readonly #known = new Map<string, StatementSync>();
	/** Asked before each batch; what it does happens while the batch is under way. */
	fate: () => Promise<BatchFate> = async () => "taken";

	constructor() {
		for (const name of readdirSync(MIGRATIONS).sort())
			if (name.endsWith(".sql")) this.#database.exec(readFileSync(join(MIGRATIONS, name), "utf8"));
	}

	asDatabase(): D1Database {
		return Object.assign(Object.create(null), {
			prepare: (query: string) => ({ bind: (...values: SQLInputValue[]): Bound => ({ query, values }) }),
			batch: (statements: readonly Bound[]) => this.#batch(statements),
		});
	}

	begin(): void {
		this.#database.exec("BEGIN");
		this.fate = async () => "taken";
	}

	end(): void {
		this.#database.exec("ROLLBACK");
	}

	look(query: string, ...bound: SQLInputValue[]): Record<string, unknown>[] {
		return this.#find(query).all(...bound);
	}

	async #batch(statements: readonly Bound[]): Promise<void> {
		const fate = await this.fate();
		if (fate === "unheard") throw new Error("the archive was not reached");
		this.#database.exec("SAVEPOINT batch");
		for (const { query, values } of statements) this.#find(query).run(...values);
		this.#database.exec("RELEASE batch");
		if (fate === "unanswered") throw new Error("the archive's answer was lost");
	}

	#find(query: string): StatementSync {
		const known = this.#known.get(query) ?? this.#database.prepare(query);
		this.#known.set(query, known);
		return known;
	}
}
