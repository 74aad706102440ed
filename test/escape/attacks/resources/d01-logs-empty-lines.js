/*
 * D01 Logs a million lines of nothing
 * wall: ledger
 * ends: returns 1
 * limits: { "cpuMs": 4000, "wallMs": 20000 }
 */
export default async () => {
	for (let i = 0; i < 1_000_000; i += 1) console.log();
	return 1;
};
