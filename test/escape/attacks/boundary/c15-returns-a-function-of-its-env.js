/*
 * C15 Returns a function of its env
 * wall: boundary
 * ends: result_not_serializable
 */
export default async (_input, env) => {
	return { f: env.files.readText };
};
