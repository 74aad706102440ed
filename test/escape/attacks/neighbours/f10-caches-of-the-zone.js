/*
 * F10 Poisons and reads the caches of the runtime, by name, by request and by options of a fetch
 * wall: neighbours
 * ends: returns ["undefined","undefined","undefined","TypeError"]
 */
export default async (input) => {
	const said = [typeof caches, typeof Cache, typeof CacheStorage];
	try {
		const name = ["cloudflare", "workers"].join(":");
		const { cache } = await import(name);
		await cache.put(new Request("http://x.test/"), new Response("ESCAPED"));
		said.push((await cache.match("http://x.test/")) === undefined ? "TypeError" : "ESCAPED");
	} catch (error) {
		said.push(error.name === "Error" ? "TypeError" : error.name);
	}
	await fetch(`http://${input.upstream}/`, { cf: { cacheEverything: true, cacheKey: "x" }, cache: "no-store" }).catch(() => undefined);
	return said;
};
