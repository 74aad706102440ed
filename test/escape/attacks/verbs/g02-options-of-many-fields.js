/*
 * G02 Passes options of tens of thousands of fields and of hundreds of thousands of bytes, which take whoever names them a second each
 * wall: verbs
 * ends: returns ["invalid_arguments"]
 * limits: { "cpuMs": 4000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const wide = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`k${index}`, 1]));
	const codes = new Set();
	const calls = [wide, new Uint8Array(300_000), new Map([["a", 1]]), new Date(0)].flatMap((options) => [
		env.signer.sign("x", options),
		env.state.put("k", 1, options),
		env.files.read("/workspace/output/x", options),
		env.child.run(options),
		env.llm.complete(options),
		env.ask.ask(options),
	]);
	for (const each of await Promise.allSettled(calls)) codes.add(each.status === "fulfilled" ? "ESCAPED" : each.reason.code);
	return [...codes];
};
