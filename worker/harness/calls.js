/** Calls through the gate: each has its place in the run, waits for its turn, and is answered when the timeline says so. */
import { encode } from "./codec.js";
import { decode } from "./decode.js";
import { createFrames, cutFrame, readFrame } from "./frames.js";
import { apply, create, deleteProperty, ErrorConstructor, hasOwn, objectPrototype, PromiseConstructor } from "./primordials.js";
import { describeRequest } from "./request.js";
import { createStream } from "./stream.js";
import { createTurns } from "./turns.js";
import { abortReason, isAborted, onAbort } from "./web.js";

/**
 * @typedef {import("./harness.js").Job} Job
 * @typedef {import("./timeline.js").Frame} Frame
 * @typedef {{ call(method: string, args: string, at: string): Promise<string | ReadableStream<Uint8Array>> }} Binding
 * @typedef {{ grant: string, method: string, place: number }} Call
 */

const SEND_LESS = "Send less at once: write a file in parts with append, insert rows in several calls, load large data as a dataset.";

/**
 * @param {Job} job
 * @param {Record<string, Binding>} bindings by grant name
 * @param {object} world
 * @param {import("./failures.js").Failures} world.failures
 * @param {import("./timeline.js").Timeline} world.timeline
 * @param {import("./random.js").Random} world.random
 */
export const createCalls = (job, bindings, { failures, timeline, random }) => {
	const bounds = {
		bytes: job.limits.argumentBytes,
		depth: job.limits.valueDepth,
		nodes: job.limits.valueNodes,
		bigintDigits: job.limits.bigintDigits,
	};
	/**
	 * The one method of each binding, taken before the program is called: a binding asks its prototypes first, so that a program could put its own in its place.
	 * What an earlier run left there goes; where it cannot go, nothing runs.
	 */
	const methods = create(null);
	if (hasOwn(objectPrototype, "call") && !deleteProperty(objectPrototype, "call"))
		throw new ErrorConstructor("Running a program: every object of this isolate has a call, wanted a clean isolate.");
	for (let index = 0; index < job.grants.length; index += 1) {
		const name = job.grants[index]?.name ?? "";
		methods[name] = bindings[name]?.call;
	}
	const turns = createTurns(job.limits.callsInFlight);
	let sent = 0;
	/** How many of them are at the gate. */
	let unanswered = 0;
	let isOver = false;

	/** Its place is given when the program calls, before anything is waited for. @param {string} grant @param {string} method @returns {Call} */
	const begin = (grant, method) => {
		if (isOver) throw overError(grant, method);
		return { grant, method, place: timeline.place() };
	};
	/** @param {string} grant @param {string} method */
	const overError = (grant, method) =>
		failures.callError("run_ended", `env.${grant}.${method}: the run that was given this env is over.`, "Use the env of each run.");
	/** @param {string} grant @param {string} method @returns {Promise<never>} */
	const refuse = async (grant, method) => {
		throw overError(grant, method);
	};

	/** @param {Call} call @param {unknown[]} args */
	const encodeArguments = ({ grant, method }, args) => {
		const encoded = encode(args, bounds, "arguments", true);
		if (encoded.kind === "encoded") return encoded.text;
		const hint = encoded.code === "too_large" ? SEND_LESS : "Pass JSON, Date, Map, Set, BigInt, typed arrays, URL or Headers.";
		throw failures.callError("invalid_arguments", `env.${grant}.${method}: ${encoded.path} cannot be sent: ${encoded.message}.`, hint);
	};

	/**
	 * What the gate answers, when the call's turn has come: one frame, or several. Never rejects.
	 * @param {Call} call @param {string} text
	 * @returns {Promise<{ frame: Frame | null, frames: ReturnType<typeof createFrames> | null }>}
	 */
	const ask = async ({ grant, method, place }, text) => {
		sent += 1;
		await turns.take();
		unanswered += 1;
		timeline.travels();
		const asked = create(null);
		asked.frame = null;
		asked.frames = null;
		try {
			const answer = await apply(methods[grant], bindings[grant], [method, text, timeline.at(place)]);
			if (typeof answer === "string" || answer === undefined) asked.frame = readFrame(answer);
			else asked.frames = createFrames(answer);
			timeline.answered(place);
		} catch {
			asked.frame = cutFrame();
		}
		unanswered -= 1;
		// What ends the execution is said at once, whether the program waits for this call or not.
		if (asked.frame !== null) timeline.note(asked.frame);
		timeline.travelled();
		return asked;
	};

	/** Asks, and brings the answer to the timeline. One that is never answered keeps its turn, as it did when it was recorded. @param {Call} call @param {string} text */
	const send = async (call, text) => {
		const { frame } = await ask(call, text);
		if (frame?.kind !== "never") turns.giveBack();
		timeline.arrive(call.place, frame ?? cutFrame());
	};

	/** Neither of what is done this way rejects. @template T @param {() => Promise<T>} go @returns {Promise<T>} */
	const travel = async (go) => {
		timeline.travels();
		const got = await go();
		timeline.travelled();
		return got;
	};

	/** @param {Frame} frame */
	const toError = (frame) => failures.callError(frame.code, frame.message, frame.hint, frame.details);

	/** @param {Call} call @param {unknown[]} args @returns {Promise<unknown>} */
	const carry = async (call, args) => {
		const text = encodeArguments(call, args);
		const delivered = timeline.wait(call.place);
		send(call, text);
		const frame = await delivered;
		if (frame === null) return undefined;
		if (frame.kind === "error") throw toError(frame);
		return decode(frame.value);
	};

	/**
	 * A call whose answer comes in parts; it begins at once and has its turn until it has ended.
	 * @param {string} grant @param {string} method @param {unknown[]} args @param {boolean} [fetches] whether the arguments are those of fetch
	 */
	const callInParts = (grant, method, args, fetches = false) => {
		const call = begin(grant, method);
		const sending = fetches ? sendFetch(call, args) : openFrames(call, encodeArguments(call, args));
		let hasLeft = false;
		/** The frames once they can be read, where its arguments could be sent. */
		const opened = async () => {
			const open = await sending;
			if (open.error !== null) throw open.error;
			return /** @type {ReturnType<typeof openFrames>} */ (open);
		};
		return createStream({
			next: async () => {
				if (isOver) throw overError(grant, method);
				const frames = await opened();
				if (hasLeft) return null;
				const delivered = timeline.wait(call.place);
				feed(call, frames);
				return await delivered;
			},
			leave: () => {
				hasLeft = true;
				timeline.leave(call.place);
				leaveFrames(sending);
			},
			decode,
			toError,
			inUse: () => {
				const message = `env.${grant}.${method}: result: the parts are being read, wanted them read to their end first.`;
				return failures.callError("invalid_arguments", message, "Await result after the loop.");
			},
		});
	};

	/** A fetch in parts begins when its request has been read; its signal is not heard. Never rejects. @param {Call} call @param {unknown[]} args */
	const sendFetch = async (call, args) => {
		try {
			const { wire } = await describeRequest(args[0], args[1], `env.${call.grant}.${call.method}`, failures, random);
			return openFrames(call, encodeArguments(call, [wire]));
		} catch (error) {
			return { __proto__: null, error, next: null, cancel: null };
		}
	};

	/**
	 * Begins a call whose answer comes in parts.
	 * @param {Call} call @param {string} text
	 */
	const openFrames = (call, text) => {
		const asking = ask(call, text);
		let hasTurn = true;
		const end = () => {
			if (hasTurn) turns.giveBack();
			hasTurn = false;
		};
		const next = async () => {
			const asked = await asking;
			const frame = asked.frames === null ? (asked.frame ?? cutFrame()) : await travel(asked.frames.next);
			if (frame.kind !== "part" && frame.kind !== "never") end();
			return frame;
		};
		const cancel = async () => {
			const { frames } = await asking;
			if (frames !== null) await travel(frames.cancel);
			end();
		};
		return { __proto__: null, error: null, next, cancel };
	};

	/** @param {Call} call @param {ReturnType<typeof openFrames>} frames */
	const feed = async (call, frames) => timeline.arrive(call.place, await frames.next());

	/** @param {unknown} sending */
	const leaveFrames = async (sending) => {
		const { cancel } = /** @type {ReturnType<typeof openFrames>} */ (await sending);
		await cancel?.();
	};

	/** A fetch through a grant, which gives up when its signal aborts. @param {string} grant @param {string} method @param {unknown[]} args */
	const fetchThrough = async (grant, method, args) => {
		const call = begin(grant, method);
		const request = await describeRequest(args[0], args[1], `env.${grant}.fetch`, failures, random);
		if (request.signal === null) return carry(call, [request.wire]);
		if (isAborted(request.signal)) throw abortReason(request.signal);
		return new PromiseConstructor((resolve, reject) => {
			onAbort(request.signal, () => {
				reject(abortReason(request.signal));
				timeline.leave(call.place);
			});
			settle(carry(call, [request.wire]), resolve, reject);
		});
	};

	return {
		/** One call. @param {string} grant @param {string} method @param {unknown[]} args */
		call: (grant, method, args) => (isOver ? refuse(grant, method) : carry(begin(grant, method), args)),
		callInParts,
		fetchThrough,
		/** How many calls had arguments that could be sent. Those whose turn has not come are counted: turns come by real time. */
		sent: () => sent,
		unanswered: () => unanswered,
		/** The run is over: what is left of its program calls nothing. */
		end: () => {
			isOver = true;
		},
	};
};

/** @param {Promise<unknown>} promise @param {(value: unknown) => void} resolve @param {(error: unknown) => void} reject */
const settle = async (promise, resolve, reject) => {
	try {
		resolve(await promise);
	} catch (error) {
		reject(error);
	}
};
