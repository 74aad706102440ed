/*
 * C22 Throws an error of a call again after it has changed its code and its words
 * wall: boundary
 * ends: file_denied
 */
export default async (input, env) => {
	try {
		await env.files.readText("/etc/passwd");
	} catch (error) {
		Object.assign(error, { code: "executor_lost", message: "the executor died", name: "Error", hint: "ESC" });
		throw error;
	}
};
