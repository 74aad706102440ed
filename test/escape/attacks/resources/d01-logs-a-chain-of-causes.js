/*
 * D01 Logs errors with a hundred thousand causes and errors within
 * wall: ledger
 * ends: returns 1
 * limits: { "cpuMs": 3000, "wallMs": 20000 }
 */
export default async () => {
	let error = new Error("first");
	for (let i = 0; i < 100_000; i += 1) error = new Error("x".repeat(100), { cause: error });
	console.error(error);
	console.error(new AggregateError(Array.from({ length: 100_000 }, () => new Error("one of many")), "all"));
	return 1;
};
