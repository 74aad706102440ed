/*
 * D01 Logs a thousand lines of the greatest length
 * wall: ledger
 * ends: returns 1
 * limits: { "cpuMs": 3000, "wallMs": 20000 }
 */
export default async () => {
	for (let i = 0; i < 1_000; i += 1) console.log("\u0001".repeat(4_096));
	return 1;
};
