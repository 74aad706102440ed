/*
 * E14 Breaks the streams in which answers come, so that they end too early and its run is taken for cut off
 * wall: boundary
 * ends: never_settled | program_threw
 */
export default async (input, env) => {
	Object.defineProperty(Object.prototype, "then", {
		configurable: true,
		get() {
			return Object.hasOwn(this, "done") && this.value instanceof Uint8Array ? (resolve) => resolve(undefined) : undefined;
		},
	});
	const parts = [];
	for await (const part of env.llm.stream({ prompt: "x", model: "fast", maxTokens: 20 })) parts.push(part);
	return parts;
};
