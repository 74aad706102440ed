/*
 * C09 Throws a thrower
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw {
		get message() {
			throw this;
		},
		get name() {
			throw 1;
		},
		get stack() {
			throw 2;
		},
	};
};
