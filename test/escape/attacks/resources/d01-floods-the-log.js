/*
 * D01 Floods the log
 * wall: ledger
 * ends: returns 1
 * limits: { "cpuMs": 5000, "wallMs": 20000 }
 */
export default async () => {
	for (let i = 0; i < 3e4; i++) console.log("x".repeat(1e5));
	return 1;
};
