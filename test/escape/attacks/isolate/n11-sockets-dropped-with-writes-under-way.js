/*
 * N11 Opens sockets that may not open, writes to them, upgrades, closes and drops them
 * wall: network
 * ends: contained
 */
export default async (input) => {
	const name = ["cloudflare", "sockets"].join(":");
	const { connect } = await import(name);
	const said = [];
	for (const options of [{}, { secureTransport: "on" }, { secureTransport: "starttls", allowHalfOpen: true }]) {
		for (const address of [input.forbidden, { hostname: "127.0.0.1", port: Number(input.forbidden.split(":")[1]) }, "unix:/run/gate.sock", "[::1]:80", "x:99999"]) {
			try {
				const socket = connect(address, options);
				socket.writable.getWriter().write(new Uint8Array(100_000)).catch(() => undefined);
				socket.readable.getReader().read().catch(() => undefined);
				socket.closed.catch(() => undefined);
				try {
					socket.startTls();
				} catch {
					// Not that kind.
				}
				socket.close().catch(() => undefined);
				await socket.opened;
				said.push("ESCAPED");
			} catch (error) {
				said.push(error.name);
			}
		}
	}
	return said;
};
