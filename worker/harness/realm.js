/** The real clock and the real timers: for the harness alone, which waits with them and shows the program its own. */

/**
 * @typedef {{ now: () => number, setTimeout: (callback: () => void, delayMs: number) => unknown, clearTimeout: (handle: any) => void }} Realm
 */

/**
 * Takes what stands on the global object now. The harness takes it before the program is loaded; a program that imports this file finds what it has anyway.
 * @returns {Realm}
 */
export const captureRealm = () => {
	const set = setTimeout;
	const clear = clearTimeout;
	return {
		now: Date.now,
		setTimeout: (callback, delayMs) => set(callback, delayMs),
		clearTimeout: (handle) => clear(handle),
	};
};
