/*
 * C03 Returns a value that is one level deeper than a result may be
 * wall: boundary
 * ends: result_not_serializable | result_too_large
 */
export default async () => {
	let value = 1;
	for (let i = 0; i < 65; i += 1) value = i % 2 ? [value] : { value };
	return value;
};
