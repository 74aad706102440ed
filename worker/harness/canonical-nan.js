/** Not-a-number among the bytes of floats: which of its bit patterns an array holds depends on when the engine compiled the code that wrote it. */
import { BytesConstructor, byteLength } from "./primordials.js";

/** By the kind of array: bytes of an element, and those two with which infinity and every NaN end, without the sign. */
const FLOATS = {
	__proto__: null,
	Float16Array: { size: 2, high: 0x7c, low: 0, quiet: [0, 0x7e] },
	Float32Array: { size: 4, high: 0x7f, low: 0x80, quiet: [0xc0, 0x7f] },
	Float64Array: { size: 8, high: 0x7f, low: 0xf0, quiet: [0xf8, 0x7f] },
};

/**
 * The same bytes with every NaN as the quiet, positive one without a payload; a copy where there is one. Linear.
 * @param {Uint8Array} bytes of a whole array, little-endian @param {unknown} kind its name
 * @returns {Uint8Array}
 */
export const withCanonicalNaN = (bytes, kind) => {
	// @ts-expect-error any key of an object without a prototype may be read
	const float = FLOATS[`${kind}`];
	if (float === undefined) return bytes;
	const { size, high, low, quiet } = float;
	const length = byteLength(bytes);
	let copy = bytes;
	for (let end = size; end <= length; end += size) {
		const top = (bytes[end - 1] ?? 0) & 0x7f;
		// Of 16 bits the exponent ends within the last byte, of the others within the last but one.
		if ((top & high) !== high || (low !== 0 && ((bytes[end - 2] ?? 0) & low) !== low)) continue;
		let rest = (top & ~high) | ((bytes[end - 2] ?? 0) & ~low);
		for (let at = end - size; at < end - 2; at += 1) rest |= bytes[at] ?? 0;
		if (rest === 0) continue;
		if (copy === bytes) copy = new BytesConstructor(bytes);
		for (let at = end - size; at < end - 2; at += 1) copy[at] = 0;
		copy[end - 2] = quiet[0];
		copy[end - 1] = quiet[1];
	}
	return copy;
};
