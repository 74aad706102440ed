/*
 * C22 Denies that its error is its own
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw Object.defineProperty(new Error("Failed to start Worker: internal"), "remote", { value: false });
};
