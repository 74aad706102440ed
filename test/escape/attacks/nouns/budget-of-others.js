/*
 * X33 Reads the budget and looks for anybody else in it
 * wall: nouns
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const text = JSON.stringify([await env.budget.remaining(), await env.budget.remaining({ tenant: input.neighbour }).catch((e) => e.message), await env.budget.remaining(input.neighbour).catch((e) => e.message)]);
	return text.match(/ten_|agt_|honest|local|ESCAPED/g) ?? [];
};
