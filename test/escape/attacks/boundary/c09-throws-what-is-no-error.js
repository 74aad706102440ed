/*
 * C09 Throws a symbol
 * wall: boundary
 * ends: program_threw
 */
export default () => {
	throw Symbol("\u001b[31mESC");
};
