/*
 * G20 Fills its state with entries, large values and deep ones
 * wall: verbs
 * ends: contained
 * limits: { "cpuMs": 4000, "wallMs": 25000 }
 */
export default async (input, env) => {
	const codes = new Set();
	const put = async (key, value) => codes.add(await env.state.put(key, value).then(() => "put", (error) => error.code));
	await Promise.all(Array.from({ length: 12 }, (_, index) => put(`fill/${index % 4}`, "x".repeat(index * 60_000))));
	let deep = 1;
	for (let level = 0; level < 63; level += 1) deep = [deep];
	await put("fill/deep", deep);
	for (let index = 0; index < 4; index += 1) await env.state.delete(`fill/${index}`).catch(() => undefined);
	await env.state.delete("fill/deep").catch(() => undefined);
	if ([...codes].some((code) => !["put", "invalid_arguments", "quota_exceeded"].includes(code))) return `ESCAPED ${[...codes]}`;
	return [...codes].sort();
};
