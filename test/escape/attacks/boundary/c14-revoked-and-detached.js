/*
 * C14 Sends revoked proxies, detached buffers and views that are out of bounds
 * wall: boundary
 * ends: returns ["invalid_arguments"]
 */
export default async (input, env) => {
	const revoked = (target) => {
		const { proxy, revoke } = Proxy.revocable(target, {});
		revoke();
		return proxy;
	};
	const buffer = new ArrayBuffer(8);
	const bytes = new Uint8Array(buffer);
	structuredClone(buffer, { transfer: [buffer] });
	const growing = new ArrayBuffer(16, { maxByteLength: 32 });
	const beyond = new Uint8Array(growing, 8, 8);
	growing.resize(4);
	const codes = new Set();
	for (const value of [revoked({}), revoked([]), revoked(() => {}), buffer, beyond, new DataView(new ArrayBuffer(8), 8), bytes]) {
		const code = await env.state.put("thing", [value]).then(
			() => "sent",
			(error) => error.code,
		);
		// Bytes of no length may be sent as what they are.
		if (code !== "sent" || (value?.byteLength ?? 0) > 0) codes.add(code);
	}
	return [...codes];
};
