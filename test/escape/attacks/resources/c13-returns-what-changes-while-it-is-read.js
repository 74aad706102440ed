/*
 * C13 Returns getters that grow what is being read
 * wall: boundary
 * ends: result_not_serializable | result_too_large | cpu_exceeded
 * limits: { "cpuMs": 600 }
 */
export default async () => {
	const items = [];
	const grow = {
		get next() {
			items.push({ ...Object.getOwnPropertyDescriptors(grow) }, grow);
			return items;
		},
	};
	items.push(grow);
	return items;
};
