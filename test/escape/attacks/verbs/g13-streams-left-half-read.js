/*
 * G13 Begins streams, leaves them half read, reads them twice and from two sides at once
 * wall: verbs
 * ends: contained
 * grants: ["llm", "files"]
 */
export default async (input, env) => {
	const stream = () => env.llm.stream({ prompt: "x", model: "fast", maxTokens: 20 });
	const one = stream();
	const iterators = [one[Symbol.asyncIterator](), one[Symbol.asyncIterator]()];
	const got = await Promise.allSettled([...iterators.map((each) => each.next()), one.result, iterators[0].return(), iterators[1].next(), one.result]);
	for (let count = 0; count < 10; count += 1) await stream()[Symbol.asyncIterator]().next();
	await env.files.writeText("/workspace/output/long", "x".repeat(100_000));
	for await (const part of env.files.stream("/workspace/output/long")) if (part) break;
	return got.map(({ status }) => status);
};
