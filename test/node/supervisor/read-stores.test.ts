import { expect, test } from "vitest";
import { parseEnvironment } from "../../../supervisor/parse-environment.ts";
import { readStores } from "../../../supervisor/read-stores.ts";

const URL = "postgres://reader:canary-word@db.example.com:5432/warehouse";

test("CORDON_STORES gives connection strings and D1 databases by the names of their bindings", () => {
	const parsed = parseEnvironment({ CORDON_STORES: JSON.stringify({ HYPERDRIVE_WAREHOUSE: URL, D1_REPORTS: "d1:reports" }) });
	expect(parsed).toMatchObject({
		kind: "config",
		config: { stores: { hyperdrives: { HYPERDRIVE_WAREHOUSE: URL }, d1Databases: { D1_REPORTS: "store-reports" } } },
	});
	expect(parseEnvironment({})).toMatchObject({ kind: "config", config: { stores: undefined } });
});

test.each([
	["no JSON", "{"],
	["no object", "[]"],
	["another binding's name", JSON.stringify({ DB: "d1:reports" })],
	["a lower-case name", JSON.stringify({ HYPERDRIVE_a: URL })],
	["a D1 database as Postgres", JSON.stringify({ HYPERDRIVE_A: "d1:reports" })],
	["Postgres as a D1 database", JSON.stringify({ D1_A: URL })],
	["another database", JSON.stringify({ HYPERDRIVE_A: URL.replace("postgres", "mysql") })],
	["no password", JSON.stringify({ HYPERDRIVE_A: "postgres://reader@db.example.com/canary-word" })],
	["no database", JSON.stringify({ HYPERDRIVE_A: "postgres://reader:canary-word@db.example.com/" })],
	["a path out of the folder", JSON.stringify({ D1_A: "d1:../canary-word" })],
	["a number", JSON.stringify({ D1_A: 7 })],
])("CORDON_STORES with %s stops the start without repeating any of it", (_what, text) => {
	expect(readStores(text)).toBeNull();
	const parsed = parseEnvironment({ CORDON_STORES: text });
	expect(parsed).toMatchObject({ kind: "invalid", message: expect.stringContaining("CORDON_STORES: wanted JSON like") });
	expect(JSON.stringify(parsed)).not.toContain("canary-word");
});
