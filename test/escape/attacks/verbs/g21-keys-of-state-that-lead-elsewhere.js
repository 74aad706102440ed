/*
 * G21 Names entries whose keys would lead out of its prefix
 * wall: tenancy
 * ends: returns []
 * limits: { "cpuMs": 3000, "wallMs": 25000 }
 */
const KEYS = ["../honest/kept", "/honest/kept", "honest/kept", "hostile/../honest/kept", "%2e%2e/honest", "", "a\0b", "\ud800", "x".repeat(5_000), "a\nb", "*", "%", "_"];
export default async (input, env) => {
	const found = await Promise.all(
		KEYS.map(async (key) => {
			const value = await env.state.get(key).catch((error) => error.code);
			return value === null || value === undefined || value === "invalid_arguments" ? [] : [`${key} ${JSON.stringify(value)}`];
		}),
	);
	const lists = await Promise.all(["%", "_", "../", "", "honest/"].map((prefix) => env.state.list({ prefix }).catch((error) => error.code)));
	const listed = JSON.stringify(lists);
	return [...found.flat(), ...(/kept|belongs-to/.test(listed) && !/"kept"/.test(listed) ? [listed] : [])];
};
