/*
 * G06 Sends a graph that unfolds to gigabytes
 * wall: grants
 * ends: returns "invalid_arguments"
 */
export default async (_input, env) => {
	let a = ["x".repeat(1000)];
	for (let i = 0; i < 50; i++) a = [a, a];
	return env.files.writeJson("/workspace/output/a", a).catch((e) => e.code);
};
