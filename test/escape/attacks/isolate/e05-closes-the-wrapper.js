/*
 * E05 Closes the wrapper
 * wall: isolate
 * ends: refused invalid_program
 * says: Compiling
 */
})(); globalThis.x = 1; (async () => { export default () => 1;
