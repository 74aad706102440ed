/** `setTimeout` and its kin as the program has them. */
import { apply, create, PromiseConstructor, setOwn, TypeErrorConstructor } from "./primordials.js";
import { abortReason, isAborted, makeAbortController, makeDomException, onAbort } from "./web.js";

/** @param {string} action @param {unknown} callback @returns {(...args: unknown[]) => unknown} */
const functionOf = (action, callback) => {
	if (typeof callback !== "function")
		throw new TypeErrorConstructor(`${action}: the first argument is ${typeof callback}, wanted a function.`);
	return /** @type {(...args: unknown[]) => unknown} */ (callback);
};

/** What `AbortSignal.timeout` gives. @param {import("./timers.js").Timers} timers @param {unknown} delay */
export const timeoutSignal = (timers, delay) => {
	const controller = makeAbortController();
	timers.set(() => controller.abort(makeDomException("The operation was aborted due to timeout", "TimeoutError")), delay, false);
	return controller.signal;
};

/**
 * @param {import("./timers.js").Timers} timers
 * @param {(error: unknown) => void} report told what a callback threw
 * @returns {Record<string, unknown>} by global name
 */
export const timerGlobals = (timers, report) => {
	/** @param {string} action @param {boolean} repeats @returns {(...args: unknown[]) => number} */
	const setter =
		(action, repeats) =>
		(callback, delay, ...args) => {
			const called = functionOf(action, callback);
			return timers.set(
				() => {
					try {
						apply(called, globalThis, args);
					} catch (error) {
						report(error);
					}
				},
				delay,
				repeats,
			);
		};
	/** @param {unknown} delay @param {any} [options] */
	const wait = (delay, options) =>
		new PromiseConstructor((resolve, reject) => {
			const signal = options?.signal;
			if (signal !== undefined && isAborted(signal)) {
				reject(abortReason(signal));
				return;
			}
			const id = timers.set(() => resolve(undefined), delay, false);
			if (signal === undefined) return;
			onAbort(signal, () => {
				timers.clear(id);
				reject(abortReason(signal));
			});
		});
	const scheduler = create(null);
	setOwn(scheduler, "wait", wait);
	const clear = (/** @type {unknown} */ id) => timers.clear(id);
	return {
		setTimeout: setter("setTimeout", false),
		setInterval: setter("setInterval", true),
		clearTimeout: clear,
		clearInterval: clear,
		scheduler,
	};
};
