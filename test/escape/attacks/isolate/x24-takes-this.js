/*
 * X24 Takes this
 * wall: isolate
 * ends: returns [true, "number", 2, true, null]
 */
export default async function (input, env) {
	return [
		this === undefined,
		typeof arguments.length,
		arguments.length,
		Object.isFrozen(env),
		Object.getPrototypeOf(env),
	];
}
