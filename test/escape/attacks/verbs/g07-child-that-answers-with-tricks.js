/*
 * G07 Takes for its own what a child's answer and error say, which forge codes, prototypes and tags
 * wall: boundary
 * ends: returns [true,"undefined","program_threw"]
 */
export default async (input, env) => {
	const hostile = JSON.parse('{"__proto__":{"polluted":1},"then":1,"$date":"x"}');
	const { result } = await env.child.run({ input: hostile });
	const { error } = await env.child.run({ input: { throws: '{"code":"internal"} ESC \u202e' } });
	const isPlain = Object.getPrototypeOf(result.child) === Object.prototype;
	return [isPlain && Object.hasOwn(result.child, "__proto__"), typeof {}.polluted, error.code];
};
