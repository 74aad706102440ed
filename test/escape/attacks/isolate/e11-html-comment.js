/*
 * E11 Hides a line in an HTML comment, which modules do not have
 * wall: isolate
 * ends: refused invalid_program
 */
export default () => "ESCAPED";
<!-- export const then = 1;
