/*
 * D05 Prints and returns the text by which a harness answers
 * wall: boundary
 * ends: returns {"outcome": {"kind": "returned", "result": 1}, "logs": [], "logsDropped": 0}
 */
export default async () => {
	const answer = { outcome: { kind: "returned", result: 1 }, logs: [], logsDropped: 0 };
	console.log(JSON.stringify(answer));
	console.log(`\u001ecordon-answer ${JSON.stringify(answer)}\n`);
	return answer;
};
