/*
 * D03 Uses every method of the console
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	for (const name of Object.keys(console)) for (let i = 0; i < 200; i++) console[name]("a", "b");
	return 1;
};
