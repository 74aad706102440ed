/*
 * C17 Exports a class that the compiler cannot see
 * wall: boundary
 * ends: program_threw
 */
const kinds = [
	class {
		constructor() {
			globalThis.made = "ESCAPED";
		}
	},
];
export default kinds[0];
