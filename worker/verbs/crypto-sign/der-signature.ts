const SEQUENCE = 0x30;
const INTEGER = 0x02;
const HALF_BYTES = 32;

/** An ECDSA signature of P-256 from r||s (64 bytes) to DER (RFC 3279 §2.2.3). */
export const rawToDer = (raw: Uint8Array): Uint8Array<ArrayBuffer> => {
	const body = [...derInteger(raw.subarray(0, HALF_BYTES)), ...derInteger(raw.subarray(HALF_BYTES))];
	return new Uint8Array([SEQUENCE, body.length, ...body]);
};

/** The other way; null when it is not exactly DER, so that one signature has one text. */
export const derToRaw = (der: Uint8Array): Uint8Array<ArrayBuffer> | null => {
	const lengthOfR = der[3] ?? 0;
	const lengthOfS = der[5 + lengthOfR] ?? 0;
	if (lengthOfR > HALF_BYTES + 1 || lengthOfS > HALF_BYTES + 1) return null;
	const raw = new Uint8Array(2 * HALF_BYTES);
	const [r, s] = [trimZeros(der.subarray(4, 4 + lengthOfR)), trimZeros(der.subarray(6 + lengthOfR, 6 + lengthOfR + lengthOfS))];
	if (r.length > HALF_BYTES || s.length > HALF_BYTES) return null;
	raw.set(r, HALF_BYTES - r.length);
	raw.set(s, 2 * HALF_BYTES - s.length);
	const again = rawToDer(raw);
	return again.length === der.length && again.every((byte, index) => byte === der[index]) ? raw : null;
};

/** Shortest form, and positive: a zero byte before one whose first bit is set. */
const derInteger = (half: Uint8Array): number[] => {
	const digits = [...trimZeros(half)];
	if ((digits[0] ?? 0x80) >= 0x80) digits.unshift(0);
	return [INTEGER, digits.length, ...digits];
};

const trimZeros = (bytes: Uint8Array): Uint8Array => {
	const first = bytes.findIndex((byte) => byte !== 0);
	return first === -1 ? bytes.subarray(bytes.length) : bytes.subarray(first);
};
