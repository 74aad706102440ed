/*
 * G31 Asks a person with text that reorders, hides or imitates other text, and with details that bury what is asked
 * wall: approvals
 * ends: returns ["invalid_arguments"]
 * grants: ["ask"]
 */
const QUESTIONS = [
	{ question: "Pay \u202e001\u202c to Ada?" },
	{ question: "Pay 1\u200b00?" },
	{ question: "Pay\u0000100?" },
	{ question: "Pay \u001b[8m900\u001b[0m1?" },
	{ question: "Pay\r9000?" },
	{ question: "Pay \ud800?" },
	{ question: "Pay \u{e0031}?" },
	{ question: "Pay \u3164?" },
	{ question: "Pay \u2066x\u2069?" },
	{ question: "" },
	{ question: "x".repeat(100_000) },
	{ question: "x", details: "\n".repeat(200_000) },
	{ question: "x", details: "\u202e" },
	{ question: "x", schema: { type: "string", pattern: "^(a+)+$(?=x)" } },
	{ question: "x", schema: { $ref: "http://127.0.0.1/x" } },
	{ question: "x", to: "somebody else" },
	{ question: "x", answer: "yes" },
	{ question: { toString: () => "x" } },
];
export default async (input, env) => {
	const codes = new Set();
	for (const each of await Promise.allSettled(QUESTIONS.map((question) => env.ask.ask(question))))
		codes.add(each.status === "fulfilled" ? "ESCAPED" : each.reason.code);
	return [...codes];
};
