/*
 * X44 Sends headers, request lines and numbers of headers that no client has
 * wall: host
 * ends: held
 */
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tries = {
		"one header of 1 MB": `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(1_000_000)}\r\nConnection: close\r\n\r\n`,
		"20,000 headers": `GET /healthz HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 20_000 }, (_, index) => `X-${index}: 1\r\n`).join("")}Connection: close\r\n\r\n`,
		"a path of 1 MB": `GET /${"x".repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
		"a query of 60 KB": `GET /v1/runs?${"a=%20&".repeat(10_000)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${scene.attacker.key}\r\nConnection: close\r\n\r\n`,
		"a method of 100 KB": `${"G".repeat(100_000)} / HTTP/1.1\r\nHost: x\r\n\r\n`,
		"no header at all": "GET /healthz HTTP/1.1\r\n\r\n",
		"no version": "GET /healthz\r\n\r\n",
		"another version": "GET /healthz HTTP/7.3\r\nHost: x\r\n\r\n",
		NULs: "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \0\0\0\r\n\r\n",
		"a name with a blank": "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
		"bytes alone": "\0\u0001\u0002\u00ff\u00fe\r\n\r\n",
		"a hello of TLS": "\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000",
		"the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0",
	};
	for (const [what, bytes] of Object.entries(tries)) {
		const said = await sendRaw(scene.url, bytes);
		const failed = statusesOf(said).filter((status) => status >= 500 && status !== 501 && status !== 505);
		if (failed.length > 0) throw new Error(`${what}: found ${said.slice(0, 200)}, wanted no failure of the host`);
	}
	const { status } = await scene.api.request("GET", "/healthz");
	if (status !== 200) throw new Error(`Health afterwards: found ${status}, wanted 200`);
};
