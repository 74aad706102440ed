/**
 * Runs beside the program in one isolate and makes its world: `env`, `console`, `fetch`, and an answer as text. The program can read and change whatever
 * the isolate holds, so nothing that comes from here is believed outside; every wall stands on the host.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { createClock } from "./clock.js";
import { encode } from "./codec.js";
import { createConsole } from "./console.js";
import { createCurrent } from "./current.js";
import { decode } from "./decode.js";
import { createEntrance } from "./entrance.js";
import { createFailures, cut } from "./failures.js";
import { streams } from "./frames.js";
import { prepareGlobals } from "./globals.js";
import { createGrants, describeGrants } from "./grants.js";
import { apply, freeze, indexOf, PromiseConstructor, parseJson, quote, slice } from "./primordials.js";
import { createRandom } from "./random.js";
import { captureRealm } from "./realm.js";
import { createTimeline } from "./timeline.js";
import { createTimers } from "./timers.js";
import { captureWeb, makeDomException } from "./web.js";

/** @typedef {import("./failures.js").Thrown} Thrown */
/**
 * What the host tells of one run (worker/executor/isolate-code.ts, harnessJob).
 * @typedef {{
 *   runId: string,
 *   main: string,
 *   modules: string[],
 *   input: string,
 *   grants: { name: string, verb: string, methods: string[], streams: string[] }[],
 *   limits: {
 *     resultBytes: number, argumentBytes: number, callsInFlight: number, valueDepth: number, valueNodes: number, bigintDigits: number,
 *     logLines: number, logLineChars: number, logChars: number, errorMessageChars: number, errorStackChars: number, choicesChars: number,
 *   },
 *   spool: boolean,
 *   seed: string,
 *   clockMs: number,
 *   liveMs?: number | null,
 *   timeline: string,
 *   isReplay?: boolean,
 *   isolate: string | null,
 * }} Job `isolate` is the name of a warm isolate; null: a fresh one, which has no other run
 */

/** Not exported: a program that imports this file finds no real clock. */
const realm = captureRealm();
const entrance = createEntrance();
const current = createCurrent();
/** The numbers of all timers of the isolate. */
const timerIds = { __proto__: null, last: 0 };
/** What the globals print to; null before the isolate's first run. @type {ReturnType<typeof createConsole> | null} */
let captured = null;

class Harness extends WorkerEntrypoint {
	/**
	 * One run. Never rejects for what the program does.
	 * @param {string} jobText JSON of a Job
	 * @returns {Promise<string>} JSON of a HarnessAnswer (worker/executor/protocol.ts)
	 */
	async run(jobText) {
		const job = /** @type {Job} */ (parseJson(jobText));
		entrance.enter(job.isolate);
		try {
			// What a warm isolate may do comes with each run, and goes with it.
			return await execute(job, job.isolate === null ? this.env : /** @type {any} */ (this.ctx).props.grants);
		} finally {
			entrance.leave();
		}
	}
}
// A program finds them where it finds the harness's file: the next run of its isolate is not what it makes of them.
freeze(Harness.prototype);
export default freeze(Harness);

/** @param {Job} job @param {any} bindings by grant name @returns {Promise<string>} */
const execute = async (job, bindings) => {
	const { clock, random, timeline, timers } = createTime(job);
	const failures = createFailures(job.limits);
	const grants = createGrants(job, bindings, { failures, timeline, random });
	current.become({ clock, random, timers, failures, fetch: grants.fetch });
	const printed = openConsole(job);
	const performed = async () => {
		const ended = await perform(job, grants.env, failures);
		timeline.close();
		printed.close();
		await comeToRest(job, grants);
		return ended;
	};
	const outcome = await firstOf(performed(), timeline.ended, timers);
	timeline.close();
	printed.close();
	grants.end();
	return `{"outcome":${outcome},"choices":${quote(timeline.choices())},"places":${timeline.places()},"sent":${grants.sent()},"logs":${printed.linesJson()},"logsDropped":${printed.dropped()}}`;
};

/** The console of this run; the isolate's first also makes its globals, before the program is loaded. @param {Job} job */
const openConsole = (job) => {
	if (captured !== null) {
		captured.begin();
		return captured;
	}
	const { world } = current;
	captured = createConsole(job.limits, job.spool, world.failures.errorText, world.clock.now);
	captureWeb();
	for (let index = 0; index < job.grants.length; index += 1) if (job.grants[index]?.streams.length !== 0) streams();
	prepareGlobals({ console: captured.console, ...world });
	return captured;
};

/** What makes the program's path a function of its seed and its events. @param {Job} job */
const createTime = (job) => {
	const clock = createClock(job.clockMs);
	const timers = createTimers(
		clock,
		() => timeline.timersChanged(),
		() => makeDomException("setTimeout: more than 10000 timers are active.", "QuotaExceededError"),
		timerIds,
	);
	// A run that repeats another's beginning begins in the past: its timers wait as if that were now.
	const skewMs = typeof job.liveMs === "number" ? realm.now() - job.liveMs : 0;
	const waiting = { __proto__: null, ...realm, now: () => realm.now() - skewMs };
	const timeline = createTimeline({ clock, realm: waiting, timers, recorded: job.timeline, choicesChars: job.limits.choicesChars });
	return { clock, random: createRandom(job.seed), timeline, timers };
};

/** How long the end of a replay waits for the gate to see the calls that nobody awaited, milliseconds. */
const LATE_CALLS_MS = 5_000;
const LOOK_MS = 2;

/**
 * A program that has returned may still be making a call that it does not await: which calls it has made is known when the isolate is quiet, and no event
 * comes any more. A replay has an answer to each call at once, so that its end can wait until all have been seen.
 * @param {Job} job @param {{ unanswered: () => number }} grants
 */
const comeToRest = async (job, grants) => {
	await pause(0);
	if (job.isReplay !== true) return;
	const untilMs = realm.now() + LATE_CALLS_MS;
	while (grants.unanswered() > 0 && realm.now() < untilMs) await pause(LOOK_MS);
};

/** @param {number} ms real time @returns {Promise<void>} */
const pause = (ms) =>
	new PromiseConstructor((resolve) => {
		realm.setTimeout(() => resolve(undefined), ms);
	});

/**
 * How the program ended, or that nothing more is told to it. @param {Promise<string>} performed JSON of the outcome
 * @param {Promise<"parked" | "cut">} ended @param {import("./timers.js").Timers} timers @returns {Promise<string>}
 */
const firstOf = (performed, ended, timers) =>
	new PromiseConstructor((resolve) => {
		const performs = async () => resolve(await performed);
		const ends = async () => resolve((await ended) === "parked" ? parked(timers) : `{"kind":"cut"}`);
		performs();
		ends();
	});

/** A program that waits for a person wants to be executed again when its next timer is due, decided or not. @param {import("./timers.js").Timers} timers */
const parked = (timers) => `{"kind":"parked","timerAtMs":${timers.earliest()?.dueMs ?? null}}`;

/** Loads the program, calls it, and says how it ended. @param {Job} job @param {object} env @param {import("./failures.js").Failures} failures @returns {Promise<string>} JSON of the outcome */
const perform = async (job, env, failures) => {
	try {
		const main = (await import(`program/${job.main}`)).default;
		if (typeof main !== "function") {
			const message = `Starting the program: the default export of "${job.main}" is ${main === null ? "null" : typeof main}; wanted a function: export default async (input, env) => result.`;
			return threw({ code: "invalid_program", hint: "", name: "Error", message, stack: "" });
		}
		return encodeResult(job, await apply(main, undefined, [decode(job.input), env]));
	} catch (thrown) {
		return threw(withGrants(job, describeSafely(failures, thrown)));
	}
};

/** @param {Job} job @param {unknown} value */
const encodeResult = (job, value) => {
	const { resultBytes, valueDepth, valueNodes, bigintDigits } = job.limits;
	const encoded = encode(value, { bytes: resultBytes, depth: valueDepth, nodes: valueNodes, bigintDigits }, "result", false);
	if (encoded.kind === "encoded") return `{"kind":"returned","result":${encoded.text}}`;
	const code = encoded.code === "too_large" ? "result_too_large" : "result_not_serializable";
	return threw({ code, hint: "", name: "Error", message: `Returning the result: ${encoded.path}: ${encoded.message}.`, stack: "" });
};

/** @param {import("./failures.js").Failures} failures @param {unknown} thrown @returns {Thrown} */
const describeSafely = (failures, thrown) => {
	try {
		return failures.describe(thrown);
	} catch {
		return { code: "program_threw", hint: "", name: "Error", message: "The program threw something that cannot be described.", stack: "" };
	}
};

/** What the program may have meant, where it asked for something that `env` does not have. @param {Job} job @param {Thrown} thrown @returns {Thrown} */
const withGrants = (job, thrown) => {
	const { code, name, message } = thrown;
	if (code !== "program_threw" || name !== "TypeError") return thrown;
	const isUnknownMethod = slice(message, 0, 4) === "env." && indexOf(message, " is not a function") !== -1;
	if (!isUnknownMethod && indexOf(message, "Cannot read properties of undefined (reading '") !== 0) return thrown;
	return { ...thrown, hint: cut(describeGrants(job.grants), job.limits.errorMessageChars) };
};

/** @param {Thrown} thrown */
const threw = (thrown) =>
	`{"kind":"threw","code":${quote(thrown.code)},"hint":${quote(thrown.hint)},"name":${quote(thrown.name)},"message":${quote(thrown.message)},"stack":${quote(thrown.stack)}}`;
