/** `crypto` as the program has it: chance out of the run's seed, and the runtime's own work where it gives the same every time. */
import { byteLength, bytesOfView, create, isView, setOwn, TypeErrorConstructor, viewKind } from "./primordials.js";
import { makeSubtle } from "./subtle.js";
import { makeDomException } from "./web.js";

/** Most bytes of one getRandomValues (Web Cryptography API, section 10.1.1). */
const MAX_BYTES = 65_536;
const INTEGER_KINDS = create(null);
for (const kind of ["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "BigInt64", "BigUint64"])
	INTEGER_KINDS[`${kind}Array`] = true;

/**
 * The object that stands for the runtime's `crypto`, which cannot be reached from it. Only before the program is loaded.
 * @param {import("./random.js").Random} random
 * @param {import("./failures.js").Failures} failures
 */
export const makeCrypto = (random, failures) => {
	const native = crypto;
	const facade = create(Crypto.prototype);

	const getRandomValues = (/** @type {unknown} */ view) => {
		if (!isView(view))
			throw new TypeErrorConstructor("crypto.getRandomValues: the argument is no view of bytes, wanted an integer typed array.");
		const kind = viewKind(view);
		if (typeof kind !== "string" || INTEGER_KINDS[kind] !== true)
			throw makeDomException("crypto.getRandomValues: wanted an integer typed array.", "TypeMismatchError");
		const bytes = bytesOfView(view);
		const length = byteLength(bytes);
		if (length > MAX_BYTES)
			throw makeDomException(`crypto.getRandomValues: ${length} bytes asked for, at most ${MAX_BYTES} at once.`, "QuotaExceededError");
		random.fill(bytes);
		return view;
	};
	setOwn(facade, "getRandomValues", getRandomValues);
	setOwn(facade, "randomUUID", () => random.uuid());
	setOwn(facade, "subtle", makeSubtle(native.subtle, random, failures));
	setOwn(facade, "DigestStream", native.DigestStream);
	return facade;
};
