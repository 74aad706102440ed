/*
 * C11 Throws a chain of a hundred thousand causes
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	let e = new Error("0");
	for (let i = 0; i < 1e5; i++) e = new Error(i, { cause: e });
	throw e;
};
