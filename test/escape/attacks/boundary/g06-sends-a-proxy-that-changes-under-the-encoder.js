/*
 * G06 Sends a proxy that changes under the encoder
 * wall: grants
 * ends: contained
 */
export default async (_input, env) => {
	let n = 0;
	const p = new Proxy([], { get: (t, k) => (k === "length" ? ++n * 1000 : "x"), has: () => true });
	return env.files.writeJson("/workspace/output/a", p).then(
		() => "ok",
		(e) => typeof e.code,
	);
};
