/*
 * A17 Fills memory before it is called
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | invalid_program | program_threw
 * limits: { "cpuMs": 800, "wallMs": 15000, "memoryMb": 32 }
 * grants: []
 */
const kept = [];
for (;;) kept.push(new Array(100_000).fill({}));

export default async () => kept.length;
