/**
 * Everything that must hold, in the order in which it fails fastest: format, lint, types, the bundle for Cloudflare, unit tests in workerd and Node, the
 * platform under its users, its attackers and its faults, and the demo. Stops at the first step that fails.
 */
import { spawnSync } from "node:child_process";

const STEPS: readonly (readonly [name: string, command: readonly string[]])[] = [
	["format", ["biome", "format", "."]],
	["lint", ["biome", "lint", "."]],
	["types", ["npm", "run", "--silent", "types"]],
	["bundle for Cloudflare", ["npm", "run", "--silent", "deploy:check"]],
	["unit tests", ["vitest", "run", "--project", "unit", "--project", "node", "--exclude", "test/node/supervisor/**"]],
	["supervisor", ["vitest", "run", "--project", "node", "test/node/supervisor"]],
	["platform", ["vitest", "run", "--project", "platform"]],
	["demo", ["npm", "run", "--silent", "demo"]],
];

const from = performance.now();
const times: string[] = [];
for (const [name, [file = "", ...args]] of STEPS) {
	console.log(`\n=== ${name}`);
	const began = performance.now();
	const step = spawnSync(file, args, { stdio: "inherit", env: { ...process.env, WRANGLER_SEND_METRICS: "false" } });
	times.push(`${name} ${((performance.now() - began) / 1000).toFixed(0)} s`);
	if (step.status !== 0) {
		console.error(`\n${name} failed (exit ${step.status ?? step.signal}).`);
		process.exit(1);
	}
}
console.log(`\nEverything holds. ${times.join(", ")}; together ${((performance.now() - from) / 1000).toFixed(0)} s.`);
console.log(`steps: ${STEPS.length} passed, 0 failed`);
