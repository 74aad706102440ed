/*
 * G02 Sends sets of numbers that all have one hash
 * wall: boundary
 * ends: returns true
 * limits: { "cpuMs": 2000, "wallMs": 15000 }
 */
export default async (_input, env) => {
	const said = [];
	for (const items of [Array.from({ length: 3_000 }, (_, i) => BigInt(i) << 64n), Array.from({ length: 20_000 }, (_, i) => i * 2 ** 32)])
		said.push(await env.state.put("a", new Set(items)).then(() => "ESCAPED", (error) => error.code));
	return said.every((code) => typeof code === "string" && code !== "ESCAPED");
};
