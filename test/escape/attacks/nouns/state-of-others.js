/*
 * X29 Reads keys of state outside its prefix
 * wall: nouns
 * covers: G21
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 * ends: returns []
 */
const KEYS = [
	...["honest/kept", "../honest/kept", "/honest/kept", "kept", "..", "hostile/../honest/kept", "%2e%2e/honest", "%2e%2e/honest/kept", "honest%2fkept"],
	...["\0honest/kept", "*", "%", "_", "", "a\0b", "\ud800", "x".repeat(5_000), "a\nb"],
];
const PREFIXES = ["", "..", "../", "honest/", "%", "_", "*", "/"];
export default async (input, env) => {
	const got = [];
	const look = async (what, asked) => {
		const text = await asked.then(JSON.stringify, (error) => error.code);
		if (/belongs-to-another/.test(text)) got.push(`ESCAPED ${what} ${text.slice(0, 200)}`);
		if (text === "internal") got.push(what);
	};
	await Promise.all([...KEYS.map((key) => look(`get ${key.slice(0, 40)}`, env.state.get(key))), ...PREFIXES.map((prefix) => look(`list ${prefix}`, env.state.list({ prefix })))]);
	return got;
};
