/*
 * E03 Puts bindings of its own into the runtime's env
 * wall: nouns
 * ends: returns true
 */
export default async (input, env) => {
	const name = ["cloudflare", "workers"].join(":");
	const workers = await import(name);
	const forged = { files: { call: async () => '{"kind":"value","value":"\\"forged\\"","atMs":null}' } };
	const answer = () => env.files.exists("/workspace/output/none");
	const inside = typeof workers.withEnv === "function" ? await workers.withEnv(forged, answer) : false;
	try {
		Object.assign(workers.env, forged);
	} catch {
		// Frozen.
	}
	return inside === false && (await answer()) === false;
};
