/*
 * C12 Throws an AggregateError full of errors
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw new AggregateError(
		Array.from({ length: 1e5 }, (_, i) => new Error("Worker was reset " + i)),
		"all",
	);
};
