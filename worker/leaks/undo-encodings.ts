import { LIMITS } from "../../contract/limits.ts";

/** Each byte's value in an alphabet, 255 where it has none. */
const valuesOf = (alphabet: string, others: Readonly<Record<string, string>> = {}): Uint8Array => {
	const values = new Uint8Array(256).fill(255);
	for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
	for (const [other, same] of Object.entries(others)) values[other.charCodeAt(0)] = alphabet.indexOf(same);
	return values;
};

const BASE64 = valuesOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", { "-": "+", _: "/" });
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const withCapitals = (alphabet: string): Uint8Array =>
	valuesOf(
		alphabet,
		Object.fromEntries([...LETTERS].filter((letter) => alphabet.includes(letter)).map((letter) => [letter.toUpperCase(), letter])),
	);
/** RFC 4648 §6. */
const BASE32 = withCapitals(`${LETTERS}234567`);
const HEX = withCapitals("0123456789abcdef");

/**
 * Looks at what the bytes say if they are base64 (both alphabets), hex, base32, or codes of characters as numbers. Nobody knows where an encoded text begins, so each
 * is read from every place that it may begin at; what stands between its characters is passed over. Linear: at most ten times as many bytes as are given.
 * @param isFound is given bytes that are overwritten afterwards
 */
export const someDecoding = (bytes: Uint8Array, isFound: (view: Uint8Array) => boolean): boolean => {
	const [digits, into] = [new Uint8Array(bytes.length), new Uint8Array(bytes.length)];
	const read = (values: Uint8Array, places: number, unpack: (digits: Uint8Array, into: Uint8Array) => number): boolean => {
		const all = digits.subarray(0, digitsOf(bytes, values, digits));
		for (let place = 0; place < Math.min(places, all.length); place += 1)
			if (isFound(into.subarray(0, unpack(all.subarray(place), into)))) return true;
		return false;
	};
	return (
		read(BASE64, 4, unpackSixes) ||
		read(HEX, 2, unpackFours) ||
		(bytes.length <= LIMITS.base32Bytes && read(BASE32, 8, unpackFives)) ||
		isFound(into.subarray(0, codesOf(bytes, into)))
	);
};

const digitsOf = (bytes: Uint8Array, values: Uint8Array, digits: Uint8Array): number => {
	let length = 0;
	for (let at = 0; at < bytes.length; at += 1) {
		const value = values[bytes[at] ?? 0] ?? 255;
		if (value === 255) continue;
		digits[length] = value;
		length += 1;
	}
	return length;
};

/** Four digits are three bytes; of an end that is shorter the bytes that it makes. @returns how many bytes */
const unpackSixes = (digits: Uint8Array, into: Uint8Array): number => {
	let length = 0;
	for (let at = 0; at < digits.length; at += 4) {
		const four = ((digits[at] ?? 0) << 18) | ((digits[at + 1] ?? 0) << 12) | ((digits[at + 2] ?? 0) << 6) | (digits[at + 3] ?? 0);
		into[length] = four >> 16;
		into[length + 1] = (four >> 8) & 255;
		into[length + 2] = four & 255;
		length += 3;
	}
	return Math.min(length, Math.floor((digits.length * 6) / 8));
};

const unpackFours = (digits: Uint8Array, into: Uint8Array): number => {
	const length = digits.length >> 1;
	for (let at = 0; at < length; at += 1) into[at] = ((digits[at * 2] ?? 0) << 4) | (digits[at * 2 + 1] ?? 0);
	return length;
};

const unpackFives = (digits: Uint8Array, into: Uint8Array): number => {
	let [buffer, held, length] = [0, 0, 0];
	for (let at = 0; at < digits.length; at += 1) {
		buffer = ((buffer << 5) | (digits[at] ?? 0)) & 0xfff;
		held += 5;
		if (held < 8) continue;
		held -= 8;
		into[length] = (buffer >> held) & 255;
		length += 1;
	}
	return length;
};

const [ZERO, NINE] = [0x30, 0x39];

/** Decimal numbers below 256 as bytes, whatever stands between them: `[65, 66]`, `65 66`. */
const codesOf = (bytes: Uint8Array, into: Uint8Array): number => {
	let [length, number, digits] = [0, 0, 0];
	for (let at = 0; at <= bytes.length; at += 1) {
		const code = at < bytes.length ? (bytes[at] ?? 0) : 0;
		if (code >= ZERO && code <= NINE) {
			number = Math.min(256, number * 10 + code - ZERO);
			digits += 1;
		} else if (digits > 0) {
			if (number < 256) {
				into[length] = number;
				length += 1;
			}
			number = 0;
			digits = 0;
		}
	}
	return length;
};
