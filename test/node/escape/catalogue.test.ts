import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../escape/catalogue.ts";
import { readAttacks } from "../../escape/read-attacks.ts";
import { WALLS } from "../../../scripts/assurance/walls.ts";

const ROOT = join(import.meta.dirname, "../../..");
const attacks = await readAttacks();
const tried = new Set(attacks.flatMap(({ id, covers }) => [id, ...covers]));
const reasons = new Map(
	readFileSync(join(ROOT, "test/escape/not-attacked.md"), "utf8")
		.split("\n")
		.flatMap((line): [string, string][] => {
			const [, id = "", reason = ""] = /^- ([A-Z]\d{2}): (.+)$/.exec(line) ?? [];
			return id === "" ? [] : [[id, reason]];
		}),
);

describe("the catalogue", () => {
	test("has an attack or a written reason for each of its lines", () => {
		expect(Object.keys(CATALOGUE).filter((id) => !tried.has(id) && !reasons.has(id))).toEqual([]);
	});

	test("gives a reason only for what no attack tries", () => {
		expect([...reasons.keys()].filter((id) => tried.has(id) || !Object.hasOwn(CATALOGUE, id))).toEqual([]);
		for (const [id, reason] of reasons) expect(reason.length, id).toBeGreaterThan(30);
	});

	test("names in its reasons only tests that there are", () => {
		const named = [...reasons.values()].flatMap((reason) => reason.match(/\b(?:test|supervisor|worker)\/[\w/.-]*\w/g) ?? []);
		expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
	});

	test("is where every id stands that an attack names, but for our own", () => {
		expect([...tried].filter((id) => !id.startsWith("X") && !Object.hasOwn(CATALOGUE, id))).toEqual([]);
	});
});

describe("the attacks", () => {
	test("are at least 200, each with a name of its own", () => {
		expect(attacks.length).toBeGreaterThanOrEqual(200);
		const names = attacks.map(({ name }) => name);
		expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
	});

	test("try every wall that has no tests of its own and does not rest on design, and no wall that does", () => {
		const tried = new Set<string>(attacks.map(({ wall }) => wall));
		const isRight = ({ id, standing, tests }: (typeof WALLS)[number]): boolean =>
			standing === "design" ? !tried.has(id) : tried.has(id) || tests.length > 0;
		expect(WALLS.filter((wall) => !isRight(wall)).map(({ id }) => id)).toEqual([]);
	});
});
