/*
 * X25 Makes every verb fail in many ways and reads all that the errors say
 * wall: nouns
 * ends: returns "nothing of the host"
 * grants: ["files", "web", "signer", "llm", "tool", "budget", "child"]
 * limits: { "cpuMs": 2000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const odd = [undefined, -1, "x".repeat(5000), "../../etc/passwd", [], { __proto__: null, a: 1 }];
	const said = [];
	for (const [name, grant] of Object.entries(env)) {
		if (name === "ask") continue;
		for (const method of Object.keys(grant)) {
			if (name === "tool" && method === "drop_everything") continue;
			const turns = await Promise.all(odd.map((value) => Promise.resolve().then(() => (typeof grant[method] === "function" && !(name === "llm" && method === "stream") && name !== "child" ? grant[method](value) : null)).catch((error) => error)));
			for (const turn of turns) if (turn instanceof Error) said.push([turn.code, turn.name, turn.message, turn.hint, turn.stack, JSON.stringify(turn), String(turn.cause)].join("\n"));
		}
	}
	const text = said.join("\n");
	const found = /sealed-|sk-[0-9a-f]{8}|tool-[0-9a-f]{8}|\/home\/|\/root\/|\/work\/|\/tmp\/|node_modules|SQLITE_|sqlite_|at .*worker\/|agent-object|\bD1_|drizzle|ten_[0-9a-z]{10}/.exec(text);
	if (said.length < 20) return `only ${said.length} errors`;
	return found === null ? "nothing of the host" : `ESCAPED ${text.slice(Math.max(0, found.index - 80), found.index + 80)}`;
};
