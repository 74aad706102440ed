/*
 * E09 Reads call sites
 * wall: isolate
 * ends: returns 0
 */
export default async () => {
	Error.prepareStackTrace = (e, sites) =>
		sites.map((s) => [String(s.getThis()), String(s.getFunction()), s.getFileName()]);
	const s = new Error("x").stack;
	return Array.isArray(s) ? s.flat().filter((t) => t !== "undefined" && !/program|harness|main/.test(t)).length : 0;
};
