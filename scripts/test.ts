/**
 * Everything that must hold, in the order in which it fails fastest: format, lint, types, the bundle for Cloudflare, unit tests in workerd and Node, the
 * platform under its users, its attackers and its faults, and the demo. Stops at the first step that fails.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

type Command = readonly string[];

/** Tests of the platform that mostly wait: for leases, restarts, killed processes. They run beside the others. */
const WAITING = ["faults", "survival", "long-runs", "replay-property"].map((name) => `test/platform/${name}.test.ts`);

/** Each step's commands run side by side. */
const STEPS: readonly (readonly [name: string, commands: readonly Command[]])[] = [
	["format", [["biome", "format", "."]]],
	["lint", [["biome", "lint", "."]]],
	["types", [["npm", "run", "--silent", "types"]]],
	["bundle for Cloudflare", [["npm", "run", "--silent", "deploy:check"]]],
	["unit tests", [["vitest", "run", "--project", "unit", "--project", "node", "--exclude", "test/node/supervisor/**"]]],
	["supervisor", [["vitest", "run", "--project", "node", "test/node/supervisor"]]],
	[
		"platform",
		[
			["vitest", "run", "--project", "platform", ...WAITING.flatMap((file) => ["--exclude", file])],
			["vitest", "run", "--project", "platform", ...WAITING],
		],
	],
	["demo", [["npm", "run", "--silent", "demo"]]],
];

/** Runs a command to its end. @param isHeld its output is shown when it has ended, so that it does not mix with another's. @returns its exit code, or the signal that ended it */
const run = async ([file = "", ...args]: Command, isHeld: boolean): Promise<number | string> => {
	const child = spawn(file, args, {
		stdio: ["ignore", isHeld ? "pipe" : "inherit", isHeld ? "pipe" : "inherit"],
		env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
	});
	const held: Buffer[] = [];
	child.stdout?.on("data", (part: Buffer) => held.push(part));
	child.stderr?.on("data", (part: Buffer) => held.push(part));
	const [code, signal] = await once(child, "close");
	process.stdout.write(Buffer.concat(held));
	return code ?? signal;
};

const from = performance.now();
const times: string[] = [];
for (const [name, commands] of STEPS) {
	console.log(`\n=== ${name}`);
	const began = performance.now();
	const ends = await Promise.all(commands.map((command, index) => run(command, index > 0)));
	times.push(`${name} ${((performance.now() - began) / 1000).toFixed(0)} s`);
	const failed = ends.find((end) => end !== 0);
	if (failed !== undefined) {
		console.error(`\n${name} failed (exit ${failed}).`);
		process.exit(1);
	}
}
console.log(`\nEverything holds. ${times.join(", ")}; together ${((performance.now() - from) / 1000).toFixed(0)} s.`);
console.log(`steps: ${STEPS.length} passed, 0 failed`);
