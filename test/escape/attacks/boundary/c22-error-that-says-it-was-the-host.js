/*
 * C22 Throws an error that has the code, the name and the words of each end that is the host's
 * wall: boundary
 * ends: program_threw
 */
export default (input) => {
	const error = new Error("internal error; reference = 0123456789abcdef");
	Object.assign(error, { name: "CordonError", code: "internal", status: 500, hint: "x", remote: false, retryable: true, overloaded: true, durableObjectReset: true });
	throw error;
};
