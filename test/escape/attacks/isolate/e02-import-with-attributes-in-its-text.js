/*
 * E02 Imports a file of the host as JSON, in its text
 * wall: isolate
 * ends: refused invalid_program
 */
import passwords from "/etc/passwd" with { type: "json" };

export default () => `ESCAPED ${passwords}`;
