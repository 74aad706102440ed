import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../../../supervisor/apply-migrations.ts";

let folder: string;
let miniflare: Miniflare;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "cordon-migrations-"));
	miniflare = new Miniflare(convertV4MiniflareOptions({ modules: true, script: "export default {}", d1Databases: ["DB"], cf: false }));
});
afterAll(async () => {
	await miniflare.dispose();
	await rm(folder, { recursive: true, force: true });
});

test("migrations are applied once, in the order of their names, each whole or not at all", async () => {
	const database = await miniflare.getD1Database("DB");
	await writeFile(join(folder, "0001_b.sql"), "ALTER TABLE t ADD COLUMN b TEXT;\n--> statement-breakpoint\nCREATE INDEX i ON t (b);");
	await writeFile(join(folder, "0000_a.sql"), "-- first\nCREATE TABLE t (a TEXT);--> statement-breakpoint\n");
	expect(await applyMigrations(database, folder)).toEqual(["0000_a.sql", "0001_b.sql"]);
	expect(await applyMigrations(database, folder)).toEqual([]);

	await writeFile(join(folder, "0002_c.sql"), "CREATE TABLE half (a TEXT);\n--> statement-breakpoint\nCREATE TABLE t (a TEXT);");
	await expect(applyMigrations(database, folder)).rejects.toThrow(/already exists/);
	const { results } = await database.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").run();
	expect(results).toEqual([]);
});
