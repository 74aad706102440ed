/*
 * X29 Reads keys of state outside its prefix
 * wall: nouns
 * limits: { "wallMs": 25000 }
 * ends: returns []
 */
export default async (input, env) => {
	const got = [];
	await Promise.all(["honest/kept", "../honest/kept", "/honest/kept", "kept", "..", "hostile/../honest/kept", "%2e%2e/honest/kept", "honest%2fkept", "\0honest/kept", "*", "%", "_"].map(async (key) => {
		try { const value = await env.state.get(key); if (/belongs-to-another/.test(JSON.stringify(value))) got.push(`ESCAPED ${key} ${JSON.stringify(value)}`); } catch (error) { if (error.code === "internal") got.push(key); }
	}));
	await Promise.all(["", "..", "../", "honest/", "%", "*", "/"].map(async (prefix) => {
		try { const listed = JSON.stringify(await env.state.list({ prefix })); if (/belongs-to-another/.test(listed)) got.push(`ESCAPED list ${prefix} ${listed.slice(0, 200)}`); } catch (error) { if (error.code === "internal") got.push(prefix); }
	}));
	return got;
};
