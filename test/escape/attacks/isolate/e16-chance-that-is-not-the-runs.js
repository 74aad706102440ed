/*
 * E16 Looks for chance that is not its run's own
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const drawn = [];
	for (const draw of [
		() => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]),
		() => Object.getPrototypeOf(crypto.subtle).generateKey.call(crypto.subtle, "Ed25519", true, ["sign"]),
		() => Crypto.prototype.getRandomValues.call(crypto, new Uint8Array(8)),
		() => Crypto.prototype.randomUUID.call(crypto),
		() => Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle").get.call(crypto),
		() => new FormData() && new Response(new FormData()).headers.get("content-type"),
	]) {
		try {
			drawn.push(typeof (await draw()));
		} catch (error) {
			drawn.push(error.code ?? error.name);
		}
	}
	return drawn;
};
