import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What is used of a D1 database. */
export interface MigrationDatabase {
	prepare(sql: string): MigrationStatement;
	batch(statements: MigrationStatement[]): Promise<unknown>;
}
interface MigrationStatement {
	bind(...values: unknown[]): MigrationStatement;
	run(): Promise<{ results: unknown }>;
}

const Applied = z.array(z.object({ name: z.string() }));
/** drizzle-kit puts this line between statements. */
const BREAKPOINT = "--> statement-breakpoint";
/** The table that wrangler keeps, so that both can take over from each other. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT UNIQUE,
	applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

const isStatement = (text: string): boolean => text.replace(/^\s*--.*$/gm, "").trim() !== "";

/**
 * Applies the migrations that a database has not seen, in the order of their names: each with its record in one transaction, so that a crash
 * leaves it done or not done.
 * @param folder holds the `.sql` files. @returns names of those applied now.
 */
export const applyMigrations = async (database: MigrationDatabase, folder: string): Promise<readonly string[]> => {
	await database.prepare(TABLE).run();
	const { results } = await database.prepare("SELECT name FROM d1_migrations").run();
	const done = new Set(Applied.parse(results).map((row) => row.name));
	const names = (await readdir(folder)).filter((name) => name.endsWith(".sql") && !done.has(name)).sort();
	for (const name of names) {
		const text = await readFile(join(folder, name), "utf8");
		const statements = text.split(BREAKPOINT).filter(isStatement);
		await database.batch([
			...statements.map((statement) => database.prepare(statement)),
			database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
		]);
	}
	return names;
};
