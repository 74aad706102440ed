/*
 * B01 Carries half a megabyte of text in its own program, many times over
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
const texts = [];
const grow = (text) => {
	for (;;) texts.push(text.replaceAll("a", () => texts.length));
};
export default async () => grow("a".repeat(500_000));
