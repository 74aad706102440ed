/*
 * G26 Signs one payload many times and looks for a signature that differs
 * wall: verbs
 * ends: returns [1,1]
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const made = await Promise.all(Array.from({ length: 60 }, () => env.signer.sign("the same")));
	return [new Set(made.map(({ signature }) => signature)).size, new Set(made.map(({ algorithm }) => algorithm)).size];
};
