/*
 * C20 Stores keys that pollute prototypes, and looks after reading them whether they did
 * wall: boundary
 * ends: returns [true,true,true,"undefined"]
 */
export default async (input, env) => {
	const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":null}}');
	await env.state.put("__proto__", hostile);
	await env.files.writeText("/workspace/output/a.json", '{"__proto__":{"polluted":1},"b":[{"__proto__":[]}]}');
	const stored = await env.state.get("__proto__");
	const read = await env.files.readJson("/workspace/output/a.json");
	const isPlain = (value) => Object.getPrototypeOf(value) === Object.prototype;
	return [isPlain(stored) && Object.hasOwn(stored, "__proto__"), isPlain(stored.a), isPlain(read) && isPlain(read.b[0]), typeof {}.polluted];
};
