/**
 * Attacks in a loop, and what they leave behind: resident memory and open descriptors of the supervisor and of the control plane over time, with their slope
 * over the last two thirds, since the first third fills caches. The attacks are those of test/escape/attacks, through the public API.
 *
 * `node_modules/.bin/node bench/attack-loop.ts [minutes, 30 unless given] [attacks at once, 3] [folders or files of test/escape/attacks]`. Exits 1 when an attack gets through or
 * either grows.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { controlPlanePid } from "../test/escape/aftermath.ts";
import type { Attack } from "../test/escape/attack.ts";
import { ATTACKS_FOLDER, readAttacks } from "../test/escape/read-attacks.ts";
import { runAttack } from "../test/escape/run-attack.ts";
import { type Scene, startScene } from "../test/escape/scene.ts";
import { residentMb } from "./resident-memory.ts";
import { show } from "./statistics.ts";

const MINUTE_MS = 60_000;
const SAMPLES = 60;
const LEAST_SAMPLE_MS = 5_000;
/** What may still be growth of nothing: MiB and descriptors in half an hour. */
const FLAT = { mb: 50, descriptors: 20 };
const FLAT_MINUTES = 30;

/** One look at a process. */
interface Sample {
	readonly atMs: number;
	readonly mb: number;
	readonly descriptors: number;
}

const look = (pid: number, fromMs: number): Sample => ({
	atMs: performance.now() - fromMs,
	mb: residentMb(pid),
	descriptors: readdirSync(`/proc/${pid}/fd`).length,
});

/** Least-squares slope of what is read from the samples, a minute. */
const slope = (samples: readonly Sample[], read: (sample: Sample) => number): number => {
	const times = samples.map(({ atMs }) => atMs / MINUTE_MS);
	const values = samples.map(read);
	const mean = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0) / all.length;
	const [time, value] = [mean(times), mean(values)];
	const spread = times.reduce((sum, each) => sum + (each - time) ** 2, 0);
	return spread === 0 ? 0 : times.reduce((sum, each, index) => sum + (each - time) * ((values[index] ?? 0) - value), 0) / spread;
};

/** Prints what became of a process. @returns whether it stayed as it was */
const report = (name: string, samples: readonly Sample[]): boolean => {
	const settled = samples.slice(Math.floor(samples.length / 3));
	const grown = { mb: slope(settled, ({ mb }) => mb), descriptors: slope(settled, ({ descriptors }) => descriptors) };
	const [first, last] = [settled[0], settled.at(-1)];
	console.log(
		`${name}: memory ${show(first?.mb ?? 0)} to ${show(last?.mb ?? 0)} MiB, ${grown.mb.toFixed(3)} a minute; descriptors ${first?.descriptors} to ${last?.descriptors}, ${grown.descriptors.toFixed(3)} a minute`,
	);
	return grown.mb * FLAT_MINUTES <= FLAT.mb && grown.descriptors * FLAT_MINUTES <= FLAT.descriptors;
};

/** Runs attacks, one after the other on each of several tracks, until the time is over. @returns those that got through */
const attackUntil = async (scene: Scene, attacks: readonly Attack[], tracks: number, over: () => boolean): Promise<readonly string[]> => {
	const through: string[] = [];
	let next = 0;
	const track = async (): Promise<void> => {
		while (!over()) {
			const attack = attacks[next++ % attacks.length];
			if (attack === undefined) return;
			const result = await runAttack(scene, attack);
			if (!result.held) through.push(`${result.file}: ${result.how}`);
		}
	};
	await Promise.all(Array.from({ length: tracks }, track));
	console.log(`${next} attacks, ${through.length} got through or could not be judged`);
	return through;
};

const [, , minutes = "30", tracks = "3", ...paths] = process.argv;
const lastsMs = Number(minutes) * MINUTE_MS;
const attacks = await readAttacks(paths.length === 0 ? undefined : paths.map((path) => join(ATTACKS_FOLDER, path)));
const scene = await startScene();
const fromMs = performance.now();
const over = (): boolean => performance.now() - fromMs >= lastsMs;
const plane = controlPlanePid();
const samples: Record<"supervisor" | "plane", Sample[]> = { supervisor: [], plane: [] };
const watching = (async (): Promise<void> => {
	while (!over()) {
		await delay(Math.max(LEAST_SAMPLE_MS, lastsMs / SAMPLES));
		samples.supervisor.push(look(process.pid, fromMs));
		samples.plane.push(look(plane, fromMs));
		const [mine, its] = [samples.supervisor.at(-1), samples.plane.at(-1)];
		console.log(
			`${show((mine?.atMs ?? 0) / MINUTE_MS)} min: supervisor ${show(mine?.mb ?? 0)} MiB, ${mine?.descriptors} descriptors; control plane ${show(its?.mb ?? 0)} MiB, ${its?.descriptors} descriptors`,
		);
	}
})();
const through = await attackUntil(scene, attacks, Number(tracks), over);
await watching;
for (const each of new Set(through)) console.log(each);
const flat = [report("supervisor (with the attacks' own servers)", samples.supervisor), report("control plane", samples.plane)];
await scene.stop();
console.log(flat.every(Boolean) ? "flat" : "GREW");
process.exit(through.length === 0 && flat.every(Boolean) ? 0 : 1);
