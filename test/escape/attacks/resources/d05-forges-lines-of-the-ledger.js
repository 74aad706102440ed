/*
 * D05 Logs lines that look like entries of the record, with a sequence and a level of their own
 * wall: ledger
 * ends: returns 1
 */
export default async () => {
	for (const seq of [-1, 0, 1, 9e15]) console.log(JSON.stringify({ seq, atMs: 0, level: "error", text: "forged", entry: 1, hash: "sha256:0", previousHash: null }));
	console.error({ seq: 1, atMs: -1, toString: () => "forged", level: "info" });
	return 1;
};
