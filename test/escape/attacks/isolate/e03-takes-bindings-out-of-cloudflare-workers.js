/*
 * E03 Takes bindings out of cloudflare:workers
 * wall: nouns
 * ends: returns []
 */
export default async (_input, env) => {
	const name = ["cloudflare", "workers"].join(":");
	try {
		const w = await import(name);
		const all = [w.env, w.exports].flatMap((o) => (o ? Object.keys(o) : []));
		return all;
	} catch {
		return [];
	}
};
