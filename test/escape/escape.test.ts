import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlPlanePid, heldByAttacker, type HostFigures, hostFigures, liveOfAttacker } from "./aftermath.ts";
import type { AttackResult } from "./attack.ts";
import { readAttacks } from "./read-attacks.ts";
import { runAttack } from "./run-attack.ts";
import { type Scene, startScene } from "./scene.ts";

const BUILD = join(import.meta.dirname, "..", "..", ".build");
const attacks = await readAttacks();
const results: AttackResult[] = [];
let scene: Scene;
let before: HostFigures;
let hostPid: number;

beforeAll(async () => {
	scene = await startScene();
	hostPid = controlPlanePid();
	before = hostFigures(hostPid);
});
afterAll(async () => {
	const after = hostFigures(hostPid);
	await scene.stop();
	const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: BUILD, encoding: "utf8" }).trim();
	mkdirSync(BUILD, { recursive: true });
	const sorted = results.toSorted((a, b) => (a.file < b.file ? -1 : 1));
	writeFileSync(
		join(BUILD, "escape-results.json"),
		`${JSON.stringify({ atMs: Date.now(), commit, host: { before, after }, results: sorted }, null, "\t")}\n`,
	);
});

describe("held, beside an honest neighbour:", () => {
	test.concurrent.each(attacks)("$file: $id $name", async (attack) => {
		const result = await runAttack(scene, attack);
		results.push(result);
		expect(result).toMatchObject({ held: true });
	});
});

describe("after all of it", () => {
	test("every attack was tried, and each neighbour's run came out right", () => {
		expect(results.length).toBe(attacks.length);
		expect(results.filter(({ neighbourMs }) => neighbourMs === null).map(({ file }) => file)).toEqual([]);
	});

	test("nothing is held, nothing is live, and the platform is well", async () => {
		expect(await heldByAttacker(scene)).toEqual({});
		expect(await liveOfAttacker(scene)).toEqual([]);
		expect((await scene.operator.request("GET", "/healthz")).status).toBe(200);
	});

	test("nobody has reached what nothing allows", () => {
		expect(scene.forbidden.connections()).toBe(0);
	});
});
