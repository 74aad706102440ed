/*
 * C10 Throws an error whose name, message and code are another each time, and an object at last
 * wall: boundary
 * ends: program_threw
 */
export default () => {
	let reads = 0;
	const turn = () => {
		reads += 1;
		return reads % 3 === 0 ? { toString: () => "ESCAPED" } : "x".repeat(reads * 1_000);
	};
	const error = new Error("x");
	for (const key of ["name", "message", "code", "hint", "stack", "cause", "errors", "details"]) Object.defineProperty(error, key, { get: turn });
	throw error;
};
