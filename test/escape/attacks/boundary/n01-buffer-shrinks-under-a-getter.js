/*
 * N01 Shrinks and detaches buffers in getters that run while they are encoded beside them
 * wall: boundary
 * ends: contained
 */
export default async (input, env) => {
	const got = [];
	for (const spoil of [(buffer) => buffer.resize(0), (buffer) => buffer.resize(64), (buffer) => structuredClone(buffer, { transfer: [buffer] })]) {
		const buffer = new ArrayBuffer(32, { maxByteLength: 64 });
		const value = { before: new Uint8Array(buffer), get spoil() { spoil(buffer); return 1; }, after: new Float64Array(buffer) };
		got.push(await env.state.put("shrinks", value).then(() => "sent", (error) => error.code));
	}
	return got;
};
