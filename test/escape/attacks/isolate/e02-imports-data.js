/*
 * E02 Imports data
 * wall: isolate
 * ends: refused invalid_program
 * says: no such module
 */
import x from "data:text/javascript,export default 1";
export default () => x;
