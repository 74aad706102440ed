/**
 * The global object as the program finds it. Everything that could open a connection is inert anyway, since the isolate has no outbound network; what goes
 * is what would mislead a program about the world that it is in, and what would let it see the real one: its clock, its chance, its timers.
 */
import { makeFileClass, makeRequestClass, makeResponseClass } from "./body-globals.js";
import { makeCrypto } from "./crypto.js";
import { apply, deleteProperty, getPrototypeOf, hasOwn, setOwn } from "./primordials.js";
import { makeDate, makePerformance, prepareIntl } from "./time-globals.js";
import { timeoutSignal, timerGlobals } from "./timer-globals.js";
import { IdleRegistry, StrongRef } from "./weak.js";

const REMOVED = [
	"WebSocket",
	"WebSocketPair",
	"WebSocketRequestResponsePair",
	"EventSource",
	"caches",
	"Cache",
	"CacheStorage",
	"Cloudflare",
	"ExtendableEvent",
	"FetchEvent",
	"ScheduledEvent",
	"TailEvent",
	"TraceEvent",
	// They tell the real time, or wait for it.
	"SharedArrayBuffer",
	"Temporal",
	"setImmediate",
	"clearImmediate",
];

/**
 * Only before the program is loaded.
 * @param {object} world
 * @param {object} world.console
 * @param {(...args: unknown[]) => Promise<unknown>} world.fetch
 * @param {import("./clock.js").Clock} world.clock
 * @param {import("./random.js").Random} world.random
 * @param {import("./timers.js").Timers} world.timers
 * @param {import("./failures.js").Failures} world.failures
 */
export const prepareGlobals = ({ console, fetch, clock, random, timers, failures }) => {
	for (let index = 0; index < REMOVED.length; index += 1) {
		const name = REMOVED[index] ?? "";
		remove(name);
		if (name in globalThis) replace(name, undefined);
	}
	const print = /** @type {any} */ (console).error;
	const report = (/** @type {unknown} */ error) => apply(print, undefined, [error]);
	/** @type {Record<string, unknown>} */
	const replaced = {
		console,
		fetch,
		reportError: report,
		Date: makeDate(clock),
		performance: makePerformance(clock),
		File: makeFileClass(clock),
		Request: makeRequestClass(random),
		Response: makeResponseClass(random),
		crypto: makeCrypto(random, failures),
		WeakRef: StrongRef,
		FinalizationRegistry: IdleRegistry,
		...timerGlobals(timers, (error) => apply(print, undefined, ["Uncaught", error])),
	};
	for (const name in replaced) replace(name, replaced[name]);
	prepareIntl(clock);
	setOwn(Math, "random", () => random.number(), false);
	setOwn(AbortSignal, "timeout", (/** @type {unknown} */ delay) => timeoutSignal(timers, delay));
	deleteProperty(Atomics, "waitAsync");
};

/** Takes a name from the global object and from all that it inherits from. @param {string} name */
const remove = (name) => {
	for (let holder = /** @type {object | null} */ (globalThis); holder !== null; holder = getPrototypeOf(holder))
		deleteProperty(holder, name);
};

/** Puts a value wherever a name stands, so that what stood there is found nowhere. Deleting costs more. @param {string} name @param {unknown} value */
const replace = (name, value) => {
	for (let holder = /** @type {object | null} */ (globalThis); holder !== null; holder = getPrototypeOf(holder))
		if (holder === globalThis || hasOwn(holder, name)) setOwn(holder, name, value, false);
};
