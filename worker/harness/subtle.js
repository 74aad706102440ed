/**
 * `crypto.subtle` as the program has it. The algorithm is read once and handed on as plain data, so that what was checked is what the runtime is given; the
 * runtime itself holds a key to the algorithm that is named.
 */
import { apply, BytesConstructor, create, freeze, isInteger, RangeErrorConstructor, setOwn, toNumber, toUpperCase } from "./primordials.js";

/** What draws no chance, or only what the caller passes. */
const PASSED = ["decrypt", "digest", "importKey", "exportKey", "verify", "deriveBits", "deriveKey", "unwrapKey", "timingSafeEqual"];

/** The names as the runtime wants them, by the name in capitals. */
const SIGNS = freeze({
	__proto__: null,
	HMAC: "HMAC",
	ED25519: "Ed25519",
	"NODE-ED25519": "NODE-ED25519",
	"RSASSA-PKCS1-V1_5": "RSASSA-PKCS1-v1_5",
});
const CIPHERS = freeze({ __proto__: null, "AES-CBC": "AES-CBC", "AES-CTR": "AES-CTR", "AES-GCM": "AES-GCM", "AES-KW": "AES-KW" });
const KEYS = freeze({ ...CIPHERS, __proto__: null, HMAC: "HMAC" });
const CIPHER_FIELDS = ["iv", "counter", "length", "additionalData", "tagLength"];
/** Bits of a new HMAC key: the hash's block (Web Cryptography API, section 29.7.3). */
const HMAC_BITS = freeze({ __proto__: null, "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 });

/** Longest key that is made, bits: more than any cipher or hash takes. */
const MAX_KEY_BITS = 65_536;

/** @param {any} algorithm a name, or an object that has one @returns {string} in capitals; empty for anything else */
const nameOf = (algorithm) => {
	const name = typeof algorithm === "object" && algorithm !== null ? algorithm.name : algorithm;
	return typeof name === "string" ? toUpperCase(name) : "";
};

/**
 * @param {SubtleCrypto} native
 * @param {import("./random.js").Random} random
 * @param {import("./failures.js").Failures} failures
 * @returns {object}
 */
export const makeSubtle = (native, random, failures) => {
	const methods = /** @type {any} */ (native);
	const { sign, encrypt, wrapKey, importKey } = methods;
	/** @param {string} method @param {string} wanted */
	const refuse = (method, wanted) =>
		failures.callError(
			"not_deterministic",
			`crypto.subtle.${method}: what it gives is drawn by chance, so the run could not be repeated; wanted ${wanted}.`,
			"Ask the host for it through a grant, such as crypto.sign: what it answers is recorded.",
		);
	/** @param {any} algorithm @param {string} method */
	const cipherOf = (algorithm, method) => {
		// @ts-expect-error the table has no prototype: what it does not list is undefined
		const name = CIPHERS[nameOf(algorithm)];
		if (name === undefined) throw refuse(method, "AES with your own iv");
		const cipher = create(null);
		cipher.name = name;
		for (let index = 0; typeof algorithm === "object" && index < CIPHER_FIELDS.length; index += 1) {
			const field = CIPHER_FIELDS[index] ?? "";
			const value = algorithm[field];
			if (value !== undefined) cipher[field] = value;
		}
		return cipher;
	};
	/** @param {any} algorithm @returns {{ algorithm: any, bits: number }} */
	const keyOf = (algorithm) => {
		// @ts-expect-error the table has no prototype: what it does not list is undefined
		const name = KEYS[nameOf(algorithm)];
		if (name === undefined) throw refuse("generateKey", "an AES or HMAC key, or a key pair brought with importKey");
		const made = create(null);
		made.name = name;
		const length = typeof algorithm === "object" ? algorithm.length : undefined;
		if (name === "HMAC") {
			made.hash = nameOf(algorithm.hash);
			// @ts-expect-error the table has no prototype: what it does not list is undefined
			return { algorithm: made, bits: length === undefined ? HMAC_BITS[made.hash] : toNumber(length) };
		}
		return { algorithm: made, bits: toNumber(length) };
	};

	const subtle = create(SubtleCrypto.prototype);
	for (let index = 0; index < PASSED.length; index += 1) {
		const name = PASSED[index] ?? "";
		const method = methods[name];
		setOwn(subtle, name, (/** @type {unknown[]} */ ...args) => apply(method, native, args));
	}
	setOwn(subtle, "sign", async (/** @type {any} */ algorithm, /** @type {any} */ key, /** @type {any} */ data) => {
		// @ts-expect-error the table has no prototype: what it does not list is undefined
		const name = SIGNS[nameOf(algorithm)];
		if (name === undefined) throw refuse("sign", "HMAC, Ed25519 or RSASSA-PKCS1-v1_5");
		return await apply(sign, native, [name, key, data]);
	});
	setOwn(subtle, "encrypt", async (/** @type {any} */ algorithm, /** @type {any} */ key, /** @type {any} */ data) => {
		return await apply(encrypt, native, [cipherOf(algorithm, "encrypt"), key, data]);
	});
	setOwn(
		subtle,
		"wrapKey",
		async (/** @type {any} */ format, /** @type {any} */ key, /** @type {any} */ wrappingKey, /** @type {any} */ algorithm) => {
			return await apply(wrapKey, native, [format, key, wrappingKey, cipherOf(algorithm, "wrapKey")]);
		},
	);
	setOwn(subtle, "generateKey", async (/** @type {any} */ algorithm, /** @type {any} */ extractable, /** @type {any} */ usages) => {
		const made = keyOf(algorithm);
		if (!isInteger(made.bits) || made.bits <= 0 || made.bits > MAX_KEY_BITS || made.bits % 8 !== 0)
			throw new RangeErrorConstructor(
				`crypto.subtle.generateKey: the key has ${made.bits} bits; wanted whole bytes, at most ${MAX_KEY_BITS} bits.`,
			);
		const bytes = new BytesConstructor(made.bits / 8);
		random.fill(bytes);
		return await apply(importKey, native, ["raw", bytes, made.algorithm, extractable, usages]);
	});
	return subtle;
};
