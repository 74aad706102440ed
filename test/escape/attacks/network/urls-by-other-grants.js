/*
 * X16 Puts URLs where other grants take names, models, tools, paths and texts
 * wall: grants
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const url = `http://${input.forbidden}/`;
	const tries = {
		model: () => env.llm.complete({ prompt: "x", model: url }),
		base: () => env.llm.complete({ prompt: "x", baseUrl: url, baseURL: url, headers: { host: input.forbidden } }),
		tool: () => env.tool[url]({}),
		unlisted: () => env.tool["drop-everything"]({}),
		call: () => env.tool.call?.(url, {}) ?? Promise.reject(new Error("absent")),
		path: () => env.files.readText(url),
		agent: () => env.child.run?.({ agent: url }) ?? Promise.reject(new Error("absent")),
		attach: () => env.sales.query(`ATTACH '${url}' AS x`),
		attachFile: () => env.sales.query("ATTACH 'file:///etc/passwd?mode=ro' AS x"),
		load: () => env.sales.query("SELECT load_extension('/lib/x.so')"),
	};
	const got = [];
	for (const [name, go] of Object.entries(tries)) {
		try { got.push(`ESCAPED ${name} ${JSON.stringify(await go())}`); } catch (error) { if (["internal", undefined].includes(error.code) && !(error instanceof TypeError) && error.message !== "absent") got.push(`${name}: ${error.code} ${error.message}`); }
	}
	return got;
};
