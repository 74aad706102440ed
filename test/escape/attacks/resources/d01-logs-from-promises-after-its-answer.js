/*
 * D01 Logs on after its answer
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	const go = () => {
		console.log("ESCAPED: after the end");
		setTimeout(go, 0);
	};
	setTimeout(go, 20);
	return 1;
};
