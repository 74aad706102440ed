/*
 * C17 Exports then
 * wall: boundary
 * ends: refused invalid_program
 * says: "then"
 */
export function then() {
	for (;;);
}
export default () => 1;
