/**
 * The run that an isolate has now. Its globals are made once, before the program is loaded, and lead here: in a warm isolate to another run each time, and after
 * a run to what is left of it, which has no effect any more.
 */
import { apply } from "./primordials.js";

/**
 * @typedef {{
 *   clock: import("./clock.js").Clock,
 *   random: import("./random.js").Random,
 *   timers: import("./timers.js").Timers,
 *   failures: import("./failures.js").Failures,
 *   fetch: (...args: unknown[]) => Promise<unknown>,
 * }} World
 */

/** @returns {{ become: (world: World) => void, world: World }} `world` is of no use before `become` */
export const createCurrent = () => {
	/** @type {World} */
	let now;
	return {
		become: (world) => {
			now = world;
		},
		world: {
			clock: {
				get startMs() {
					return now.clock.startMs;
				},
				now: () => now.clock.now(),
				advance: (toMs) => now.clock.advance(toMs),
			},
			random: {
				fill: (bytes) => now.random.fill(bytes),
				number: () => now.random.number(),
				uuid: () => now.random.uuid(),
				hex: (bytes) => now.random.hex(bytes),
			},
			timers: {
				set: (callback, delay, repeats) => now.timers.set(callback, delay, repeats),
				clear: (id) => now.timers.clear(id),
				earliest: () => now.timers.earliest(),
				fire: (timer) => now.timers.fire(timer),
			},
			failures: {
				callError: (code, message, hint, details) => now.failures.callError(code, message, hint, details),
				describe: (thrown) => now.failures.describe(thrown),
				errorText: (error) => now.failures.errorText(error),
			},
			fetch: (...args) => apply(now.fetch, undefined, args),
		},
	};
};
