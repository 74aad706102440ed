/*
 * C06 Sends what is nested exactly as deeply as may be, and by one more
 * wall: boundary
 * ends: returns ["sent","invalid_arguments"]
 */
const nested = (levels) => {
	let value = [];
	for (let level = 1; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
	return value;
};
export default async (input, env) => {
	const codes = [];
	// The list of arguments is a level of its own.
	for (const levels of [63, 64]) {
		codes.push(
			await env.files.writeJson("/workspace/output/deep.json", nested(levels)).then(
				() => "sent",
				(error) => error.code,
			),
		);
	}
	return codes;
};
