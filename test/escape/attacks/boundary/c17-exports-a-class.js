/*
 * C17 Exports a class
 * wall: boundary
 * ends: refused invalid_program
 * says: a class
 */
export default class {}
