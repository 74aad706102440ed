/**
 * Everything that must hold, in the order in which it fails fastest: format, lint, types, the bundle for Cloudflare, unit tests in workerd and Node, the
 * platform under its users, its attackers and its faults, and the demo. Stops after the first step in which something fails.
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

/** Characters of a failed command's output that are shown again at the very end: a reader of a long log sees its end first, and lanes' outputs follow each other. */
const SHOWN_AGAIN = 6_000;

/** A command that failed: what ended it (an exit code or a signal), and the end of what it printed. */
type Failure = Readonly<{ command: string; ended: number | string; tail: string }>;

/** Runs a command to its end. @param isHeld its output is shown when it has ended, so that it does not mix with another's. @returns how it failed, if it did */
const run = async (command: Command, isHeld: boolean): Promise<Failure | undefined> => {
	const [file = "", ...args] = command;
	const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, WRANGLER_SEND_METRICS: "false" } });
	const held: Buffer[] = [];
	const take = (part: Buffer): void => {
		held.push(part);
		if (!isHeld) process.stdout.write(part);
	};
	child.stdout.on("data", take);
	child.stderr.on("data", take);
	const [code, signal] = await once(child, "close");
	const printed = Buffer.concat(held);
	if (isHeld) process.stdout.write(printed);
	const ended = code ?? signal;
	return ended === 0 ? undefined : { command: command.join(" "), ended, tail: printed.toString().slice(-SHOWN_AGAIN) };
};

/** Runs a lane's commands, also those after one that failed: one run shows all that does not hold. */
const follow = async (lane: Lane, isHeld: boolean): Promise<readonly Failure[]> => {
	const failures: Failure[] = [];
	for (const command of lane) {
		const failure = await run(command, isHeld);
		if (failure !== undefined) failures.push(failure);
	}
	return failures;
};

const from = performance.now();
const times: string[] = [];
for (const [name, lanes] of STEPS) {
	console.log(`\n=== ${name}`);
	const began = performance.now();
	const failures = (await Promise.all(lanes.map((lane, index) => follow(lane, index > 0)))).flat();
	times.push(`${name} ${((performance.now() - began) / 1000).toFixed(0)} s`);
	if (failures.length > 0) {
		for (const { command, ended, tail } of failures)
			console.error(`\n=== ${command}\nended with ${ended}; the end of what it printed:\n\n${tail}`);
		console.error(`\n${name} failed (${failures.length} commands).`);
		process.exit(1);
	}
}
console.log(`\nEverything holds. ${times.join(", ")}; together ${((performance.now() - from) / 1000).toFixed(0)} s.`);
console.log(`steps: ${STEPS.length} passed, 0 failed`);
