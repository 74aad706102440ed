/*
 * C15 Returns its env
 * wall: boundary
 * ends: result_not_serializable
 */
export default async (_input, env) => {
	return env;
};
