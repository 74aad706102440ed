/*
 * C10 Throws 50 MB
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw new Error("e".repeat(5e7));
};
