/*
 * C09 Throws a function that has a name, a message and a stack
 * wall: boundary
 * ends: program_threw
 */
export default async () => {
	throw Object.assign(() => {}, { message: "ok", stack: "at /etc/passwd:1:1", code: "internal", toString: undefined });
};
