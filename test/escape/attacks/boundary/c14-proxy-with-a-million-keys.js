/*
 * C14 Returns a proxy that claims a million keys, some of them twice, some no text
 * wall: boundary
 * ends: result_too_large | result_not_serializable | cpu_exceeded
 */
export default () =>
	new Proxy(
		{},
		{
			ownKeys: () => Array.from({ length: 1_000_000 }, (_, index) => `k${index}`),
			getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
			get: () => 1,
			getPrototypeOf: () => Object.prototype,
		},
	);
