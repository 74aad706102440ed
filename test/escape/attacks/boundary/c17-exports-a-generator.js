/*
 * C17 Exports a generator
 * wall: boundary
 * ends: refused invalid_program
 * says: a generator
 */
export default function* () {}
