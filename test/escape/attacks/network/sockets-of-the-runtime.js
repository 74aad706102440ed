/*
 * X01 Opens a socket with what the runtime lets it import
 * wall: network
 * ends: returns []
 * limits: { "wallMs": 25000 }
 */
export default async (input) => {
	const got = [];
	const [host, port] = input.forbidden.split(":");
	for (const name of ["cloudflare:sockets", "node:net", "node:tls", "node:http", "node:https", "node:dgram", "node:http2", "node:dns"]) {
		try {
			const module = await import([name].join(""));
			if (typeof module.connect === "function") {
				const socket = module.connect(name === "cloudflare:sockets" ? input.forbidden : { host, port: Number(port) });
				await (socket.opened ?? new Promise((resolve, reject) => { socket.on("connect", resolve); socket.on("error", reject); }));
				got.push("ESCAPED " + name);
			}
			if (typeof module.get === "function")
				await new Promise((resolve, reject) => module.get(`http://${input.forbidden}/`, () => { got.push("ESCAPED " + name); resolve(); }).on("error", reject));
			if (typeof module.lookup === "function")
				await new Promise((resolve, reject) => module.lookup("example.com", (error) => (error ? reject(error) : (got.push("ESCAPED " + name), resolve()))));
		} catch {}
	}
	return got;
};
