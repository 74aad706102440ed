/** The program's chance: one stream of bytes out of the run's seed, in order of use. */
import { createByteStream } from "./chacha.js";
import { BytesConstructor, slice, toHex } from "./primordials.js";

/**
 * @typedef {{ fill: (bytes: Uint8Array) => void, number: () => number, uuid: () => string, hex: (bytes: number) => string }} Random `number` is of [0, 1), 53 bits
 */

/** @param {string} seed 64 hexadecimal characters in lower case @returns {Random} */
export const createRandom = (seed) => {
	const fill = createByteStream(seed);
	/** @param {number} count */
	const take = (count) => {
		const bytes = new BytesConstructor(count);
		fill(bytes);
		return bytes;
	};
	return {
		fill,
		number: () => {
			const bytes = take(7);
			let value = (bytes[0] ?? 0) & 31;
			for (let index = 1; index < 7; index += 1) value = value * 256 + (bytes[index] ?? 0);
			return value / 2 ** 53;
		},
		uuid: () => {
			const bytes = take(16);
			bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
			bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
			const text = toHex(bytes);
			return `${slice(text, 0, 8)}-${slice(text, 8, 12)}-${slice(text, 12, 16)}-${slice(text, 16, 20)}-${slice(text, 20)}`;
		},
		hex: (bytes) => toHex(take(bytes)),
	};
};
