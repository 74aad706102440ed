import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../../../supervisor/apply-migrations.ts";
import { type EmptyDatabase, startEmptyDatabase } from "./empty-database.ts";

let empty: EmptyDatabase;
beforeAll(async () => {
	empty = await startEmptyDatabase();
});
afterAll(() => empty.close());

test("migrations are applied once, in the order of their names, each whole or not at all", async () => {
	const { database, folder } = empty;
	await writeFile(join(folder, "0001_b.sql"), "ALTER TABLE t ADD COLUMN b TEXT;\n--> statement-breakpoint\nCREATE INDEX i ON t (b);");
	await writeFile(join(folder, "0000_a.sql"), "-- first\nCREATE TABLE t (a TEXT);--> statement-breakpoint\n");
	expect(await applyMigrations(database, folder)).toEqual(["0000_a.sql", "0001_b.sql"]);
	expect(await applyMigrations(database, folder)).toEqual([]);

	await writeFile(join(folder, "0002_c.sql"), "CREATE TABLE half (a TEXT);\n--> statement-breakpoint\nCREATE TABLE t (a TEXT);");
	await expect(applyMigrations(database, folder)).rejects.toThrow(/already exists/);
	const { results } = await database.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").run();
	expect(results).toEqual([]);
});
