/*
 * C10 Throws an error whose stack is made for the expressions that read stacks to backtrack
 * wall: boundary
 * ends: program_threw
 */
export default () => {
	const error = new Error("x");
	error.stack = [" ".repeat(90_000), `    at ${"async ".repeat(15_000)}(`, `    at ${"(".repeat(300)}program/${"./".repeat(150)}:1:1`, "    at x (program/".repeat(5_000)].join("\n");
	throw error;
};
