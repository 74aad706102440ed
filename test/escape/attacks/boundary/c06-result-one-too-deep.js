/*
 * C06 Returns what is nested by one more than may be
 * wall: boundary
 * ends: result_too_large
 */
export default () => {
	let value = new Map();
	for (let depth = 1; depth < 65; depth += 1) value = depth % 2 === 0 ? new Map([["k", value]]) : new Set([value]);
	return value;
};
