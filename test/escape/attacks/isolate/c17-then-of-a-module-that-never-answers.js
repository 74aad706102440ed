/*
 * C17 Exports a then by destructuring that never answers
 * wall: boundary
 * ends: invalid_program | never_settled | wall_time_exceeded
 * limits: { "cpuMs": 600, "wallMs": 1500, "memoryMb": 64 }
 */
export const [then] = [() => {}];
export default () => "ESCAPED";
