/**
 * Everything that must hold, in the order in which it fails fastest: format, lint, types, the bundle for Cloudflare, unit tests in workerd and Node, the
 * platform under its users, its attackers and its faults, and the demo. Stops at the first step that fails.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

type Command = readonly string[];

/** Commands one after the other, up to the first that fails. */
type Lane = readonly Command[];

const vitest = (...args: string[]): Command => ["vitest", "run", "--project", ...args];

/** Files of platform tests, many of which wait for leases, restarts and killed processes, that run beside the others and take about as long as those. */
const BESIDE = [
	"load",
	"faults",
	"survival",
	"replay-property",
	"sub-agents",
	"budget-races",
	"kill-switch",
	"hostile-datasets",
	"webhook-storm",
	"schedules",
].map((name) => `test/platform/${name}.test.ts`);

/** Each step's lanes run side by side, so that two cores have work: a lane waits half of its time. */
const STEPS: readonly (readonly [name: string, lanes: readonly Lane[]])[] = [
	["format", [[["biome", "format", "."]]]],
	["lint", [[["biome", "lint", "."]]]],
	["types, bundle for Cloudflare", [[["npm", "run", "--silent", "types"]], [["npm", "run", "--silent", "deploy:check"]]]],
	["unit tests", [[vitest("unit")], [vitest("node"), vitest("supervisor")]]],
	[
		"platform, attacks, demo",
		[
			[vitest("platform", ...BESIDE.flatMap((file) => ["--exclude", file]))],
			[vitest("platform", ...BESIDE), vitest("escape"), ["npm", "run", "--silent", "demo"]],
		],
	],
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

/** Runs a lane's commands. @returns what its last command came to: zero, or what ended the first that failed */
const follow = async (lane: Lane, isHeld: boolean): Promise<number | string> => {
	for (const command of lane) {
		const end = await run(command, isHeld);
		if (end !== 0) return end;
	}
	return 0;
};

const from = performance.now();
const times: string[] = [];
for (const [name, lanes] of STEPS) {
	console.log(`\n=== ${name}`);
	const began = performance.now();
	const ends = await Promise.all(lanes.map((lane, index) => follow(lane, index > 0)));
	times.push(`${name} ${((performance.now() - began) / 1000).toFixed(0)} s`);
	const failed = ends.find((end) => end !== 0);
	if (failed !== undefined) {
		console.error(`\n${name} failed (exit ${failed}).`);
		process.exit(1);
	}
}
console.log(`\nEverything holds. ${times.join(", ")}; together ${((performance.now() - from) / 1000).toFixed(0)} s.`);
console.log(`steps: ${STEPS.length} passed, 0 failed`);
