/*
 * C10 Throws an error whose stack is ten megabytes of frames that point into the house
 * wall: boundary
 * ends: program_threw
 */
export default () => {
	const error = new Error("x");
	const frame = "    at ../harness.js:1:1\n    at program/../../etc/passwd:1:1\n    at \u001b[31mf (program/main.js:999999999:999999999)\n";
	error.stack = frame.repeat(100_000);
	throw error;
};
