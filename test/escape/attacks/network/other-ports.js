/*
 * H12 Asks the allowed host on other ports and in other spellings of ports
 * wall: egress
 * ends: returns ["refused"]
 * limits: { "wallMs": 25000 }
 */
export default async (input, env) => {
	const [host, port] = input.upstream.split(":");
	const ports = ["", ":", ":80", ":0", ":22", ":25", ":443", ":6379", ":8787", ":65535", ":65536", ":-1", `:${Number(port) + 1}`, `:${Number(port) + 65536}`, `:0x${Number(port).toString(16)}`, `:${port}0`, `: ${port}`, `:+${port}`, `:${port}e0`, `:${input.forbidden.split(":")[1]}`, `:%3${port}`, `:１`];
	const said = await Promise.all(ports.map((each) => env.web.fetch(`http://${host}${each}/`).then((r) => `ESCAPED ${r.status} ${each}`, (e) => (["egress_denied", "invalid_arguments"].includes(e.code) ? "refused" : String(e.code)))));
	return [...new Set(said)];
};
