/** Bytes out of a seed: the ChaCha20 key stream (RFC 8439, section 2.3) with a nonce of zeros, so that they cannot be told from chance without the seed. */
import { BytesConstructor, byteLength, charCodeAt, WordsConstructor } from "./primordials.js";

const BLOCK_BYTES = 64;
const ROUNDS = 20;

/** The value of a hexadecimal digit in lower case; 0 for anything else. @param {number} code */
const digitOf = (code) => (code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : 0);

/** The word at an index. @param {Uint32Array} words @param {number} index */
const at = (words, index) => words[index] ?? 0;

/** @param {number} word @param {number} bits */
const rotate = (word, bits) => (word << bits) | (word >>> (32 - bits));

/** @param {Uint32Array} s @param {number} a @param {number} b @param {number} c @param {number} d */
const quarterRound = (s, a, b, c, d) => {
	s[a] = at(s, a) + at(s, b);
	s[d] = rotate(at(s, d) ^ at(s, a), 16);
	s[c] = at(s, c) + at(s, d);
	s[b] = rotate(at(s, b) ^ at(s, c), 12);
	s[a] = at(s, a) + at(s, b);
	s[d] = rotate(at(s, d) ^ at(s, a), 8);
	s[c] = at(s, c) + at(s, d);
	s[b] = rotate(at(s, b) ^ at(s, c), 7);
};

/** @param {Uint32Array} words */
const doubleRound = (words) => {
	for (let column = 0; column < 4; column += 1) quarterRound(words, column, column + 4, column + 8, column + 12);
	for (let diagonal = 0; diagonal < 4; diagonal += 1)
		quarterRound(words, diagonal, 4 + ((diagonal + 1) % 4), 8 + ((diagonal + 2) % 4), 12 + ((diagonal + 3) % 4));
};

/**
 * @param {string} seed 64 hexadecimal characters in lower case: the key
 * @returns {(bytes: Uint8Array) => void} fills bytes with what comes next
 */
export const createByteStream = (seed) => {
	const state = new WordsConstructor(16);
	state[0] = 0x61707865;
	state[1] = 0x3320646e;
	state[2] = 0x79622d32;
	state[3] = 0x6b206574;
	for (let index = 0; index < 32; index += 1) {
		const byte = digitOf(charCodeAt(seed, index * 2)) * 16 + digitOf(charCodeAt(seed, index * 2 + 1));
		const word = 4 + (index >> 2);
		state[word] = at(state, word) | (byte << ((index % 4) * 8));
	}
	const words = new WordsConstructor(16);
	const block = new BytesConstructor(BLOCK_BYTES);
	let used = BLOCK_BYTES;

	const nextBlock = () => {
		for (let index = 0; index < 16; index += 1) words[index] = at(state, index);
		for (let round = 0; round < ROUNDS; round += 2) doubleRound(words);
		for (let index = 0; index < 16; index += 1) {
			const word = at(words, index) + at(state, index);
			for (let byte = 0; byte < 4; byte += 1) block[index * 4 + byte] = (word >>> (byte * 8)) & 255;
		}
		state[12] = at(state, 12) + 1;
		if (state[12] === 0) state[13] = at(state, 13) + 1;
		used = 0;
	};

	return (bytes) => {
		const length = byteLength(bytes);
		for (let index = 0; index < length; index += 1) {
			if (used === BLOCK_BYTES) nextBlock();
			bytes[index] = block[used] ?? 0;
			used += 1;
		}
	};
};
