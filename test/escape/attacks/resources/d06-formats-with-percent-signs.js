/*
 * D06 Formats with percent signs
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	console.log("%s".repeat(1e5), 1);
	console.log(
		"%d%i%f%j%o%O%c",
		...Array(9).fill({
			valueOf() {
				for (;;);
			},
		}),
	);
	return 1;
};
