/*
 * E13 Patches encoders, clones and sizes so that a result of three megabytes seems small
 * wall: boundary
 * ends: result_too_large
 */
export default () => {
	const small = () => new Uint8Array(1);
	for (const [holder, key] of [
		[TextEncoder.prototype, "encode"],
		[TextEncoder.prototype, "encodeInto"],
		[JSON, "stringify"],
		[globalThis, "structuredClone"],
		[Object.getPrototypeOf(Uint8Array.prototype), "slice"],
		[String.prototype, "isWellFormed"],
	]) {
		try {
			Object.defineProperty(holder, key, { value: small });
		} catch {
			// Read only.
		}
	}
	Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), "byteLength", { get: () => 1 });
	for (const name of ["TextEncoder", "Uint8Array", "JSON", "Map"]) globalThis[name] = small;
	return "x".repeat(3 << 20);
};
