/*
 * C06 Sends a Set of numbers and BigInts that all hash alike, so that building it takes the square of their count
 * wall: boundary
 * ends: returns ["invalid_arguments","invalid_arguments","invalid_arguments"]
 */
export default async (input, env) => {
	const bigints = Array.from({ length: 300 }, (_, index) => BigInt(index) << 64n);
	const numbers = Array.from({ length: 1_100 }, (_, index) => index * 2 ** 32);
	const codes = [];
	for (const value of [new Set(bigints), new Set(numbers), new Map(numbers.map((number) => [number, 1]))])
		codes.push(await env.state.put("collides", value).then(() => "sent", (error) => error.code));
	return codes;
};
