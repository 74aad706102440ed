/*
 * E04 Names a module as a library and its folder
 * wall: isolate
 * ends: refused invalid_program
 */
import shell from "libraries/just-bash.js";
export default () => `ESCAPED ${shell}`;
// --- module: libraries/../../libraries/just-bash.js
export default "forged";
