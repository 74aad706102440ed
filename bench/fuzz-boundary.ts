/**
 * Reads a million texts, honest and hostile, as what an isolate says: `node_modules/.bin/node bench/fuzz-boundary.ts [texts] [seed]`. Fails when one is not read or refused in
 * words, takes too long, or reaches a prototype.
 */
import { fuzzBoundary } from "../test/node/fuzz/fuzz-boundary.ts";

const [texts = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const began = performance.now();
const { faults, outcomes, slowest, slowestMs } = fuzzBoundary(texts, seed);
for (const [outcome, times] of [...outcomes].sort(([one], [other]) => (one < other ? -1 : 1)))
	console.log(`${String(times).padStart(8)}  ${outcome}`);
console.log(
	`\n${texts} texts of seed ${seed} in ${Math.round((performance.now() - began) / 1_000)} s; the slowest took ${slowestMs.toFixed(1)} ms: ${slowest}`,
);
console.log(`${faults.length} faults`);
for (const { target, what, text, chars } of faults) console.log(`\n${target}: ${what}\n  ${JSON.stringify(text)} (${chars} characters)`);
process.exitCode = faults.length === 0 ? 0 : 1;
