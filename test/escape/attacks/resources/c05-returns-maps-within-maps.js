/*
 * C05 Returns maps whose keys are maps, as deep as they go
 * wall: boundary
 * ends: contained
 * limits: { "cpuMs": 2000 }
 */
export default async () => {
	let map = new Map([[1, 1]]);
	for (let i = 0; i < 12; i += 1) map = new Map([[map, map]]);
	return map;
};
