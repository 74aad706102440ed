/*
 * C09 Throws undefined
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw undefined;
};
