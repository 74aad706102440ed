/*
 * G02 Sends arguments that are one level too deep, one value too many, one byte too long, one digit too long
 * wall: boundary
 * ends: returns ["invalid_arguments", "invalid_arguments", "invalid_arguments", "invalid_arguments"]
 * limits: { "cpuMs": 2000, "wallMs": 15000 }
 */
export default async (_input, env) => {
	let deep = 1;
	for (let i = 0; i < 66; i += 1) deep = [deep];
	const codes = [];
	for (const value of [deep, Array.from({ length: 100_001 }, () => 0), "x".repeat((1 << 20) + 1), 10n ** 4_200n])
		codes.push(await env.state.put("a", value).then(() => "ESCAPED", (error) => error.code));
	return codes;
};
