/*
 * G02 Calls every verb with arguments of wrong types, too many of them, and fields that nobody asked for
 * wall: verbs
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const WRONG = [[], [1], [[]], [{}], ["x", "y", "z", 1], [new Map([["a", 1]])], [new Uint8Array(9)], [{ extra: 1 }]];
const METHODS = {
	files: ["writeText", "copy", "append", "read", "handle"],
	web: ["fetch"],
	signer: ["sign", "verify"],
	state: ["put"],
	llm: ["complete"],
	sales: ["query"],
	tool: ["echo"],
	ask: ["ask"],
	child: ["run"],
};
/** What may be called so. */
const RIGHT = new Set(["signer.sign 6", "child.run 0", "child.run 3"]);
export default async (input, env) => {
	const call = async (grant, method, args, index) => {
		const code = await env[grant][method](...args).then(
			() => "taken",
			(error) => error.code,
		);
		const isRefused = ["invalid_arguments", "capability_not_granted", "egress_denied"].includes(code);
		return isRefused || RIGHT.has(`${grant}.${method} ${index}`) ? [] : [`${grant}.${method} ${index} ${code}`];
	};
	const calls = Object.entries(METHODS).flatMap(([grant, methods]) =>
		methods.flatMap((method) => WRONG.map((args, index) => call(grant, method, args, index))),
	);
	return (await Promise.all(calls)).flat();
};
