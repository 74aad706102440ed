/**
 * The global object as the program finds it. Everything that could open a connection is inert anyway, since the isolate has no outbound network; what goes
 * is what would only mislead a program about the world that it is in.
 */
import { apply, deleteProperty, getPrototypeOf, setOwn } from "./primordials.js";

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
];

/**
 * @param {object} console
 * @param {(...args: unknown[]) => Promise<unknown>} fetch
 */
export const prepareGlobals = (console, fetch) => {
	for (let index = 0; index < REMOVED.length; index += 1) {
		const name = REMOVED[index] ?? "";
		for (let holder = /** @type {object | null} */ (globalThis); holder !== null; holder = getPrototypeOf(holder))
			deleteProperty(holder, name);
		if (name in globalThis) replace(name, undefined);
	}
	replace("console", console);
	replace("fetch", fetch);
	const report = /** @type {any} */ (console).error;
	replace("reportError", (/** @type {unknown} */ error) => apply(report, undefined, [error]));
};

/** @param {string} name @param {unknown} value */
const replace = (name, value) => setOwn(globalThis, name, value, false);
