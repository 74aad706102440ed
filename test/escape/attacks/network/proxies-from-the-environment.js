/*
 * H28 Sets the proxies and resolvers that a client would take from its environment
 * wall: network
 * ends: returns ["capability_not_granted",[]]
 * grants: ["state"]
 * limits: { "wallMs": 25000 }
 */
export default async (input) => {
	const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NODE_OPTIONS", "RES_OPTIONS", "HOSTALIASES", "LD_PRELOAD", "SSL_CERT_FILE"];
	const seen = [];
	globalThis.process = { env: Object.fromEntries(names.map((name) => [name, `http://${input.forbidden}`])) };
	try { const { default: real } = await import(["node", "process"].join(":")); for (const name of Object.keys(real.env)) seen.push(name); for (const name of names) real.env[name] = `http://${input.forbidden}`; } catch {}
	const said = await fetch("http://example.com/").then((r) => "ESCAPED " + r.status, (e) => e.code);
	return [said, seen.filter((name) => !names.includes(name))];
};
