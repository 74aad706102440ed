/** The `env` of the program: one frozen object per grant, whose methods carry their arguments to the gate and its answer back. */
import { encode } from "./codec.js";
import { decode } from "./decode.js";
import { apply, create, freeze, PromiseConstructor, parseJson, setOwn } from "./primordials.js";
import { describeRequest } from "./request.js";
import { createStream } from "./stream.js";
import { abortReason, isAborted, onAbort } from "./web.js";

/**
 * @typedef {import("./harness.js").Job} Job
 * @typedef {import("./failures.js").Failures} Failures
 * @typedef {{ call(method: string, args: string): Promise<string | ReadableStream<Uint8Array>> }} Binding
 * @typedef {(...args: unknown[]) => unknown} Method
 */

const SEND_LESS = "Send less at once: write a file in parts with append, insert rows in several calls, load large data as a dataset.";

/**
 * @param {Job} job
 * @param {Record<string, Binding>} bindings by grant name
 * @param {Failures} failures
 * @returns {{ env: object, fetch: (...args: unknown[]) => Promise<unknown> }} `fetch` is for the global name
 */
export const createGrants = (job, bindings, failures) => {
	const bounds = {
		bytes: job.limits.argumentBytes,
		depth: job.limits.valueDepth,
		nodes: job.limits.valueNodes,
		bigintDigits: job.limits.bigintDigits,
	};

	const turns = createTurns(job.limits.callsInFlight);

	/** @param {string} grant @param {string} method @param {unknown[]} args */
	const encodeArguments = (grant, method, args) => {
		const encoded = encode(args, bounds, "arguments", true);
		if (encoded.kind === "encoded") return encoded.text;
		const hint = encoded.code === "too_large" ? SEND_LESS : "Pass JSON, Date, Map, Set, BigInt, typed arrays, URL or Headers.";
		throw failures.callError("invalid_arguments", `env.${grant}.${method}: ${encoded.path} cannot be sent: ${encoded.message}.`, hint);
	};

	/** What the gate answers: text, or bytes where the answer comes in parts. @param {string} grant @param {string} method @param {string} text */
	const ask = async (grant, method, text) => {
		try {
			return await bindings[grant]?.call(method, text);
		} catch {
			throw noAnswer(grant, method);
		}
	};

	/** @param {string} grant @param {string} method */
	const noAnswer = (grant, method) =>
		failures.callError(
			"internal",
			`env.${grant}.${method}: the call got no answer.`,
			"The run may be over, or the host may be restarting.",
		);

	/** @param {unknown} text JSON of a GateAnswer */
	const answeredValue = (text) => {
		// A patched String.prototype cannot matter: what the gate answers is a primitive string.
		const answer = /** @type {any} */ (parseJson(`${text}`));
		if (answer.kind !== "value") throw failures.callError(answer.code, answer.message, answer.hint);
		return decode(answer.value);
	};

	/** One call through the gate, when its turn has come. @param {string} grant @param {string} method @param {unknown[]} args @returns {Promise<unknown>} */
	const call = async (grant, method, args) => {
		const encoded = encodeArguments(grant, method, args);
		await turns.take();
		try {
			return answeredValue(await ask(grant, method, encoded));
		} finally {
			turns.giveBack();
		}
	};

	/** What a fetch in parts sends; its signal is not heard. @param {string} grant @param {string} method @param {unknown[]} args */
	const wireOf = async (grant, method, args) => (await describeRequest(args[0], args[1], `env.${grant}.${method}`, failures)).wire;

	/**
	 * A call whose answer comes in parts; it begins at once and has its turn until it has ended.
	 * @param {string} grant @param {string} method @param {unknown[]} args @param {boolean} [fetches] whether the arguments are those of fetch
	 */
	const callInParts = (grant, method, args, fetches = false) => {
		const encoded = fetches ? "" : encodeArguments(grant, method, args);
		let isTaken = false;
		const open = async () => {
			const text = fetches ? encodeArguments(grant, method, [await wireOf(grant, method, args)]) : encoded;
			await turns.take();
			isTaken = true;
			const answer = await ask(grant, method, text);
			if (typeof answer !== "string" && answer !== undefined) return answer;
			// Refused before it began: there is nothing but the error.
			answeredValue(answer);
			throw noAnswer(grant, method);
		};
		/** @param {{ code: string, message: string, hint: string }} frame */
		const toError = (frame) => {
			if (frame.message === "") return noAnswer(grant, method);
			if (frame.message !== "result") return failures.callError(frame.code, frame.message, frame.hint);
			const message = `env.${grant}.${method}: result: the parts are being read, wanted them read to their end first.`;
			return failures.callError("invalid_arguments", message, "Await result after the loop.");
		};
		return createStream(open, decode, toError, () => {
			if (isTaken) turns.giveBack();
		});
	};

	/** A fetch through a grant, which gives up when its signal aborts. @param {string} grant @param {string} method @param {unknown[]} args */
	const fetchThrough = async (grant, method, args) => {
		const request = await describeRequest(args[0], args[1], `env.${grant}.fetch`, failures);
		if (request.signal === null) return call(grant, method, [request.wire]);
		if (isAborted(request.signal)) throw abortReason(request.signal);
		return new PromiseConstructor((resolve, reject) => {
			onAbort(request.signal, () => reject(abortReason(request.signal)));
			settle(call(grant, method, [request.wire]), resolve, reject);
		});
	};

	const env = create(null);
	let firstHttp = "";
	let granted = "";
	for (let index = 0; index < job.grants.length; index += 1) {
		const grant = job.grants[index];
		if (grant === undefined) continue;
		const { name, verb } = grant;
		granted += `${index === 0 ? "" : ", "}env.${name} (${verb})`;
		const object = create(null);
		for (let at = 0; at < grant.methods.length; at += 1) {
			const method = grant.methods[at] ?? "";
			const fetches = verb === "http.fetch" && method === "fetch";
			const streamsFetch = verb === "http.fetch" && method === "stream";
			if (includes(grant.streams, method)) defineMethod(object, method, (...args) => callInParts(name, method, args, streamsFetch));
			else defineMethod(object, method, (...args) => (fetches ? fetchThrough(name, method, args) : call(name, method, args)));
		}
		if (verb === "http.fetch" && firstHttp === "" && includes(grant.methods, "fetch")) firstHttp = name;
		setOwn(env, name, freeze(object));
	}

	/** @type {(...args: unknown[]) => Promise<unknown>} */
	const fetch = async (...args) => {
		if (firstHttp !== "") return fetchThrough(firstHttp, "fetchAny", args);
		const has = granted === "" ? "It has no grants at all." : `It has: ${granted}.`;
		throw failures.callError(
			"capability_not_granted",
			`fetch: this run has no http.fetch grant, so nothing can be fetched. ${has}`,
			"Use one of the grants that the agent has.",
		);
	};
	return { env: freeze(env), fetch };
};

/** What `env` has, grant by grant, for people. @param {Job["grants"]} grants */
export const describeGrants = (grants) => {
	let text = "";
	for (let index = 0; index < grants.length; index += 1) {
		const { name, methods } = grants[index] ?? { name: "", methods: [] };
		text += `${index === 0 ? "" : ", "}${name} (`;
		for (let at = 0; at < methods.length; at += 1) text += (at === 0 ? "" : ", ") + methods[at];
		text += ")";
	}
	return text === "" ? "env has nothing: this run has no grants." : `env has: ${text}.`;
};

/**
 * Turns of the calls under way: so many at once, the others wait in order. Without it a `Promise.all` over many calls would be refused by the host, which
 * bounds them too.
 * @param {number} most
 */
const createTurns = (most) => {
	let free = most;
	let head = 0;
	let tail = 0;
	/** @type {Record<number, () => void>} */
	const waiting = create(null);
	return {
		/** @returns {Promise<void> | undefined} */
		take: () => {
			if (free > 0) {
				free -= 1;
				return undefined;
			}
			return new PromiseConstructor((resolve) => {
				waiting[tail] = resolve;
				tail += 1;
			});
		},
		giveBack: () => {
			const next = waiting[head];
			if (next === undefined) {
				free += 1;
				return;
			}
			delete waiting[head];
			head += 1;
			next();
		},
	};
};

/** @param {string[]} names @param {string} name */
const includes = (names, name) => {
	for (let index = 0; index < names.length; index += 1) if (names[index] === name) return true;
	return false;
};

/** @param {Promise<unknown>} promise @param {(value: unknown) => void} resolve @param {(error: unknown) => void} reject */
const settle = async (promise, resolve, reject) => {
	try {
		resolve(await promise);
	} catch (error) {
		reject(error);
	}
};

/** @param {object} object @param {string} name @param {Method} method */
const defineMethod = (object, name, method) => {
	/** @type {Method} */
	const named = (...args) => apply(method, undefined, args);
	setOwn(named, "name", name, false);
	setOwn(object, name, freeze(named));
};
