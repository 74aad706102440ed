/*
 * C14 Returns a proxy that counts how often each trap is asked, and answers another thing the second time
 * wall: boundary
 * ends: contained
 */
export default () => {
	const asked = {};
	const count = (trap, value) => {
		asked[trap] = (asked[trap] ?? 0) + 1;
		return asked[trap] > 1 ? () => "ESCAPED" : value;
	};
	return new Proxy(
		{ a: 1 },
		{
			get: (_, key) => count(`get ${String(key)}`, 1),
			getPrototypeOf: () => Object.prototype,
			ownKeys: () => ["a"],
			getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
		},
	);
};
