/*
 * A05 Backtracks in a lookbehind
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => /(?<=^(a|aa)+)$/.test(`${"a".repeat(60)}b`) || /(?<=(?:\w+\s?)*!)x/.test(`${"ab ".repeat(40)}x`) || /^(?:a?){40}a{40}b/.test("a".repeat(60));
