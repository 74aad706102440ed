/*
 * G06 Sends 40 MB
 * wall: grants
 * ends: returns "invalid_arguments"
 */
export default async (_input, env) => {
	return env.files.writeText("/workspace/output/a", "x".repeat(4e7)).catch((e) => e.code);
};
