/*
 * G30 Asks a person two hundred questions at once
 * wall: approvals
 * ends: waiting_approval | calls_exceeded
 * grants: ["ask"]
 */
export default async (input, env) => {
	const asked = await Promise.allSettled(Array.from({ length: 200 }, (_, index) => env.ask.ask({ question: `May I? ${index}` })));
	if (asked.some(({ status }) => status === "fulfilled")) return "ESCAPED";
	const refused = asked.filter(({ reason }) => reason.code === "calls_exceeded");
	throw refused[0].reason;
};
