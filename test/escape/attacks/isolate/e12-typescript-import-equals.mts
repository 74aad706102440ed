/*
 * E12 Imports by the assignment that only TypeScript has
 * wall: isolate
 * ends: program_threw
 */
import fs = require("node:fs");
export default () => `ESCAPED ${fs}`;
