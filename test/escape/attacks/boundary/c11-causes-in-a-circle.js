/*
 * C11 Throws an error that is its own cause and its own part, and one that was suppressed by itself
 * wall: boundary
 * ends: program_threw
 */
export default () => {
	const error = new AggregateError([], "a");
	error.cause = error;
	error.errors = new Proxy([], { get: (_, key) => (key === "length" ? Number.POSITIVE_INFINITY : error) });
	const suppressed = new SuppressedError(error, error, "s");
	suppressed.suppressed = suppressed;
	suppressed.cause = suppressed;
	throw suppressed;
};
