/*
 * C09 Throws its env and a method of it
 * wall: boundary
 * ends: program_threw
 */
export default async (input, env) => {
	throw Object.assign(() => {}, { message: env.files, env, method: env.files.readText });
};
