/*
 * D03 Groups without an end
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	for (let i = 0; i < 1e5; i++) console.group();
	console.log("deep");
	return 1;
};
