/*
 * E18 Reaches the runtime's own fetch
 * wall: network
 * ends: returns false
 */
export default async () => {
	const tries = [
		() => fetch("http://127.0.0.1:1/"),
		() => Reflect.getPrototypeOf(globalThis).fetch?.("http://127.0.0.1:1/"),
		() => new Request("http://127.0.0.1:1/").constructor.prototype.fetch?.(),
	];
	const got = [];
	for (const t of tries) {
		try {
			const r = await t();
			got.push(r === undefined ? "nothing" : "reached");
		} catch (e) {
			got.push("refused");
		}
	}
	return got.includes("reached");
};
