import { DatabaseSync } from "node:sqlite";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineAccess } from "../../../worker/engine/engine-protocol.ts";

export const CANARY = "hunter2-canary";
export const WHERE = "team = 'red'";
const TABLES: EngineAccess["tables"] = { people: { masked: ["salary"], where: WHERE }, orders: { columns: ["id", "total"] }, notes: {} };
export const READ: EngineAccess = { tables: TABLES, write: false };
export const WRITE: EngineAccess = { tables: TABLES, write: true };

/** A database file that SQL of Node's own SQLite makes. */
export const makeImage = async (sql: string): Promise<Uint8Array> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-image-"));
	const database = new DatabaseSync(join(folder, "image.db"), { enableForeignKeyConstraints: false, defensive: false });
	database.exec(sql);
	database.close();
	const image = await readFile(join(folder, "image.db"));
	await rm(folder, { recursive: true });
	return image;
};

/** `people` with a mask and a row filter, `orders` with some columns, `notes` free, `vault` not granted; canaries in what is hidden. */
export const HOSTILE_DATASET = `
		CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, team TEXT, salary INTEGER, extra TEXT, pay AS (salary * 2), UNIQUE(name));
		INSERT INTO people VALUES (1, 'ann', 'red', 100, '{}'), (2, 'bob', 'blue', 999, '${CANARY}'), (3, 'cyd', 'red', 300, '{}');
		CREATE INDEX people_json ON people(abs(salary));
		CREATE TABLE orders(id INTEGER PRIMARY KEY, total REAL, card TEXT);
		INSERT INTO orders VALUES (1, 10, '${CANARY}'), (2, 20, '${CANARY}');
		CREATE TABLE vault(k TEXT UNIQUE, v TEXT);
		INSERT INTO vault VALUES ('pw', '${CANARY}');
		CREATE TABLE notes(k TEXT UNIQUE CHECK (k <> 'bad'), v TEXT REFERENCES vault(k), w AS (v || '!'));
		INSERT INTO notes VALUES ('a', 'b');
		CREATE INDEX notes_v ON notes(v);`;
