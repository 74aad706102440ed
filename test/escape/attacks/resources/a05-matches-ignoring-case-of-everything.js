/*
 * A05 Matches classes of all of Unicode, ignoring case, for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const text = "ſKÅ".repeat(10_000);
	for (let i = 0; ; i += 1) new RegExp(`[[\\p{L}\\p{N}]--[${String.fromCodePoint(0x61 + (i % 20))}]]+$`, "iv").test(text);
};
