/*
 * X30 Walks through array-likes of 2^53 nothings with methods that are done outside the language
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const nothing = { length: Number.MAX_SAFE_INTEGER };
	return [Array.prototype.includes.call(nothing, 1), Array.prototype.indexOf.call(nothing, 1), Array.prototype.lastIndexOf.call(nothing, 1)];
};
