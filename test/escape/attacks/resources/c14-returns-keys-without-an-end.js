/*
 * C14 Returns a proxy that has a new key whenever it is asked
 * wall: boundary
 * ends: result_not_serializable | result_too_large | cpu_exceeded | program_threw
 * limits: { "cpuMs": 600 }
 */
export default async () => {
	let count = 0;
	return new Proxy(
		{},
		{
			ownKeys: () => Array.from({ length: 100_000 }, () => `key ${(count += 1)}`),
			getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }),
			get: () => 1,
		},
	);
};
