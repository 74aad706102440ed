/*
 * H01 Opens sockets past every wrapper, and reads in the refusal which wall it was that refused
 * wall: network
 * ends: returns ["no network at all", "no network at all", "no network at all", "no network at all"]
 * limits: { "wallMs": 25000 }
 */
export default async (input) => {
	const { connect } = await import(["cloudflare", "sockets"].join(":"));
	const said = [];
	for (const address of [input.forbidden, input.upstream, "example.com:80", "[::1]:80"]) {
		const reached = async () => {
			const socket = connect(address);
			await socket.opened;
			return `ESCAPED to ${address}`;
		};
		const words = await reached().catch((error) => error.message);
		said.push(/not permitted to access the internet/.test(words) ? "no network at all" : words);
	}
	return said;
};
