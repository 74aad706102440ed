/*
 * E01 Passes text wherever the runtime takes a function
 * wall: isolate
 * ends: returns ["TypeError"]
 */
export default async () => {
	globalThis.made = 0;
	const text = "globalThis.made += 1";
	const said = new Set();
	const tries = [
		() => setTimeout(text, 0),
		() => setInterval(text, 0),
		() => queueMicrotask(text),
		() => [1].map(text),
		() => new Promise(text),
		() => new Proxy({}, text),
		() => structuredClone(1, { transfer: text }),
		() => Reflect.apply(text, undefined, []),
		() => new EventTarget().addEventListener("x", text),
		() => new ReadableStream({ pull: text }).getReader().read(),
	];
	for (const attempt of tries) {
		try {
			await attempt();
		} catch (error) {
			said.add(error.name);
		}
	}
	await new Promise((resolve) => setTimeout(resolve, 20));
	if (globalThis.made !== 0) return "ESCAPED";
	return [...said];
};
