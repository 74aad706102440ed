/**
 * Tries single attacks: `node test/escape/try.ts attacks/isolate attacks/resources/loops.js`. Paths are files or folders, from here, from the repository's root or
 * absolute; without any, all attacks. Exits 1 when one gets through.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ATTACKS_FOLDER, readAttacks } from "./read-attacks.ts";
import { runAttack } from "./run-attack.ts";
import { startScene } from "./scene.ts";

const AT_ONCE = 3;

const find = (path: string): string => {
	const found = [resolve(path), join(import.meta.dirname, path), join(ATTACKS_FOLDER, path)].find((candidate) => existsSync(candidate));
	if (found === undefined) throw new Error(`Trying attacks: found no ${path}, wanted files or folders of test/escape/attacks`);
	return found;
};

const paths = process.argv.slice(2).map(find);
const attacks = await readAttacks(paths.length === 0 ? undefined : paths);
const scene = await startScene();
const through: string[] = [];
const rest = attacks.values();
const work = async (): Promise<void> => {
	for (const attack of rest) {
		const result = await runAttack(scene, attack);
		if (!result.held) through.push(attack.file);
		console.log(`${result.held ? "held   " : "THROUGH"} ${attack.file} (${result.tookMs} ms): ${result.how}`);
	}
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
await scene.stop();
console.log(
	`${attacks.length - through.length} of ${attacks.length} held${through.length === 0 ? "" : `; got through: ${through.join(", ")}`}`,
);
process.exit(through.length === 0 ? 0 : 1);
