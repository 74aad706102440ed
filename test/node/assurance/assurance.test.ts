import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Assurance } from "../../../contract/assurance.ts";
import { composeAssurance } from "../../../scripts/assurance/compose.ts";
import { WALLS } from "../../../scripts/assurance/walls.ts";
import { assuranceDocument } from "../../../worker/assurance/assurance-document.ts";
import { assurancePage } from "../../../worker/assurance/assurance-page.ts";
import { readAttacks } from "../../escape/read-attacks.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const committed = Assurance.parse(JSON.parse(textOf("worker/assurance/assurance.json")));

describe("the assurance table", () => {
	test("in docs/ is what was found, and nothing else", () => {
		expect(textOf("docs/ASSURANCE.md")).toBe(assuranceDocument(committed));
	});

	test("describes each wall as it is described today", () => {
		expect(committed.walls.map(({ attacks: _counted, ...wall }) => wall)).toEqual(WALLS);
	});

	test("counts every attack that is here, at its wall: a new one makes it stale", async () => {
		const tried = new Map<string, number>();
		for (const { wall } of await readAttacks()) tried.set(wall, (tried.get(wall) ?? 0) + 1);
		expect(committed.walls.map(({ id, attacks }) => [id, attacks.tried])).toEqual(WALLS.map(({ id }) => [id, tried.get(id) ?? 0]));
	});

	test("was not committed with an attack that got through", () => {
		expect(committed.walls.filter(({ attacks }) => attacks.held !== attacks.tried)).toEqual([]);
		expect(committed.flow?.injectedLeft).toBe(0);
	});

	test("names tests that are there", () => {
		for (const { tests } of WALLS)
			for (const name of tests) expect(globSync(name.split(" ")[0] ?? "", { cwd: ROOT }), name).not.toEqual([]);
	});
});

const TESTED = { commit: "c0ffee", testedAtMs: 0, runtime: "workerd" };
const NO_PEERS = { probes: [], peers: [] };

describe("composing the table", () => {
	test("says of an attack that got through that it did", () => {
		const attack = { file: "a.js", wall: "cpu", held: false };
		const made = composeAssurance(TESTED, [attack, { ...attack, held: true }], null, NO_PEERS);
		expect(made.walls.find(({ id }) => id === "cpu")?.attacks).toEqual({ tried: 2, held: 1 });
	});

	test("refuses an attack on a wall that nobody has described", () => {
		expect(() => composeAssurance(TESTED, [{ file: "a.js", wall: "moat", held: true }], null, NO_PEERS)).toThrow(
			/a\.js attacks the wall moat, wanted one of/,
		);
	});

	test("keeps what somebody wrote text, on the page and in the document", () => {
		const probe = { id: "p", asks: "<script>alert(1)</script> | *b*" };
		const made = composeAssurance(TESTED, [], null, {
			probes: [probe],
			peers: [{ name: "a", version: "1", setting: "s", outcomes: { p: "not_held" } }],
		});
		expect(String(assurancePage(made))).toContain("&lt;script&gt;alert(1)");
		expect(assuranceDocument(made)).toContain("\\| \\*b\\* | not held |");
	});
});
