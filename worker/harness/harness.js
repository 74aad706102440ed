/**
 * Runs beside the program in one isolate and makes its world: `env`, `console`, `fetch`, and an answer as text. The program can read and change whatever
 * the isolate holds, so nothing that comes from here is believed outside; every wall stands on the host.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { encode } from "./codec.js";
import { createConsole } from "./console.js";
import { decode } from "./decode.js";
import { createFailures, cut } from "./failures.js";
import { prepareGlobals } from "./globals.js";
import { createGrants, describeGrants } from "./grants.js";
import { apply, indexOf, parseJson, quote, slice } from "./primordials.js";
import { streams } from "./stream.js";
import { web } from "./web.js";

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
 *     logLines: number, logLineChars: number, logChars: number, errorMessageChars: number, errorStackChars: number,
 *   },
 *   spool: boolean,
 * }} Job
 */

export default class extends WorkerEntrypoint {
	/**
	 * One run. Never rejects for what the program does.
	 * @param {string} jobText JSON of a Job
	 * @returns {Promise<string>} JSON of a HarnessAnswer (worker/executor/protocol.ts)
	 */
	async run(jobText) {
		const job = /** @type {Job} */ (parseJson(jobText));
		const failures = createFailures(job.limits);
		const captured = createConsole(job.limits, job.spool, failures.errorText);
		const grants = createGrants(job, /** @type {any} */ (this.env), failures);
		for (let index = 0; index < job.grants.length; index += 1) {
			if (job.grants[index]?.verb === "http.fetch") web();
			if (job.grants[index]?.streams.length !== 0) streams();
		}
		prepareGlobals(captured.console, grants.fetch);
		const outcome = await perform(job, grants.env, failures);
		captured.close();
		return `{"outcome":${outcome},"logs":${captured.linesJson()},"logsDropped":${captured.dropped()}}`;
	}
}

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
