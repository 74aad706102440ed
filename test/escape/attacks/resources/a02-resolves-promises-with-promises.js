/*
 * A02 Resolves promises with thenables that resolve with thenables, without an end
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const endless = () => ({ then: (resolve) => resolve(endless()) });
	return await Promise.all([endless(), endless()]);
};
