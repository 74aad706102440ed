/*
 * A17 Awaits at the top level
 * wall: isolate
 * ends: refused invalid_program
 * says: await at the top level
 * limits: { "cpuMs": 200 }
 */
await new Promise(() => {});
export default () => 1;
