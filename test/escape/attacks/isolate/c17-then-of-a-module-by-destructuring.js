/*
 * C17 Exports a then that the compiler's look at names may miss, and answers for its module
 * wall: boundary
 * ends: contained
 */
export const { then } = {
	then: (resolve) => resolve({ default: () => "its own answer" }),
};
export default () => "its own function";
