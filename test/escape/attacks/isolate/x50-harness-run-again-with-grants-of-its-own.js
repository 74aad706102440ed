/*
 * X50 Makes a second harness by hand and gives it a job with grants and bindings of its own
 * wall: grants
 * ends: returns "refused"
 */
export default async (input, env) => {
	const path = ["..", "harness.js"].join("/");
	try {
		const { default: Harness } = await import(path);
		const job = { main: "main.js", modules: ["main.js"], input: "null", limits: {}, grants: [{ name: "admin", verb: "http.fetch", methods: ["fetch"], streams: [] }] };
		const made = { __proto__: Harness.prototype, env: { ...env, admin: { call: () => "ESCAPED" } }, ctx: {} };
		return await Harness.prototype.run.call(made, JSON.stringify(job));
	} catch {
		return "refused";
	}
};
