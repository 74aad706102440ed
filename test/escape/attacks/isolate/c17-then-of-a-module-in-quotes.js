/*
 * C17 Exports a then under a name in quotes
 * wall: boundary
 * ends: refused invalid_program
 */
const answer = (resolve) => resolve({ default: () => "ESCAPED" });
export { answer as "then" };
export default () => 1;
