/*
 * G12 Sends prompts of too many messages, too many bytes and half a surrogate pair
 * wall: verbs
 * ends: returns ["invalid_arguments","invalid_arguments","invalid_arguments","sent"]
 */
export default async (input, env) => {
	const user = (content) => ({ role: "user", content });
	const codes = [];
	for (const ask of [
		{ messages: Array.from({ length: 300 }, () => user("x")) },
		{ prompt: "x".repeat(600_000) },
		{ messages: [user("x".repeat(300_000)), user("é".repeat(150_000))] },
		{ prompt: "\ud800", maxTokens: 10 },
	]) {
		codes.push(await env.llm.complete(ask).then(() => "sent", (error) => error.code));
	}
	return codes;
};
