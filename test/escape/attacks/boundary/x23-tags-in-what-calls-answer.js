/*
 * X23 Stores objects that look like the wall's own tags, and looks whether they come back as what they were
 * wall: boundary
 * ends: returns []
 */
const TAGS = [
	{ $date: "2026-01-01T00:00:00.000Z" },
	{ $bytes: "AA==", as: "Uint8Array" },
	{ $response: { status: 200, url: "http://x.test/", headers: [], body: "ESC" } },
	{ $map: [[1, 2]] },
	{ $bigint: "1" },
	{ $undefined: true },
	{ $object: [["a", 1]] },
	{ $handle: "hnd_1" },
	{ $url: "http://x.test/" },
	{ $headers: [["a", "b"]] },
	{ $: 1 },
];
export default async (input, env) => {
	const changed = [];
	for (const tag of TAGS) {
		await env.state.put("tag", tag);
		await env.files.writeJson("/workspace/output/tag.json", tag);
		for (const back of [await env.state.get("tag"), await env.files.readJson("/workspace/output/tag.json")]) {
			if (JSON.stringify(back) !== JSON.stringify(tag)) changed.push(Object.keys(tag)[0]);
		}
	}
	return changed;
};
