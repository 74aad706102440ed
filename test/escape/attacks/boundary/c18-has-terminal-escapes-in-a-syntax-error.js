/*
 * C18 Has terminal escapes in a syntax error
 * wall: boundary
 * ends: refused invalid_program
 * says: Compiling
 */
export default async () => { [31m !!! };
