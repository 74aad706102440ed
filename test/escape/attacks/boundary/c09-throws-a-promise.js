/*
 * C09 Throws a thenable whose then loops
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw {
		message: "x",
		then() {
			for (;;);
		},
	};
};
