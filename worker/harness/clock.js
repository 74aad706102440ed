/** The program's time: it stands still but for events. */

/**
 * @typedef {{ startMs: number, now: () => number, advance: (toMs: number | null) => void }} Clock epoch milliseconds; it never goes back
 */

/** @param {number} startMs @returns {Clock} */
export const createClock = (startMs) => {
	let nowMs = startMs;
	return {
		startMs,
		now: () => nowMs,
		advance: (toMs) => {
			if (toMs !== null && toMs > nowMs) nowMs = toMs;
		},
	};
};
