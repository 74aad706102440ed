/*
 * C14 Returns a proxy of an array that says it has four thousand million items, each of them itself new
 * wall: boundary
 * ends: result_too_large | result_not_serializable
 */
const endless = () =>
	new Proxy([], {
		get: (_, key) => (key === "length" ? 2 ** 32 - 1 : endless()),
		has: () => true,
	});
export default () => endless();
