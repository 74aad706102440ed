import type { Chance } from "./chance.ts";

/**
 * Does work in which the clock and the chance of the process are a world's own: ids are made of both, and so the same seed makes the same ids. One world at a
 * time lives in a process.
 */
export const withSeededGlobals = async <Answer>(chance: Chance, now: () => number, work: () => Promise<Answer>): Promise<Answer> => {
	const [clock, values, error] = [Date.now, crypto.getRandomValues, console.error];
	Date.now = now;
	crypto.getRandomValues = (array) => {
		if (ArrayBuffer.isView(array)) chance.fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
		return array;
	};
	// What the archive does not take is said there, and is what the world wanted.
	console.error = () => {};
	try {
		return await work();
	} finally {
		Date.now = clock;
		crypto.getRandomValues = values;
		console.error = error;
	}
};
