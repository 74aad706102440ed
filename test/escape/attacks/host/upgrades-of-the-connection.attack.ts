/*
 * J20 Asks the API for WebSockets, HTTP/2 and tunnels
 * wall: host
 * ends: held
 */
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const upgrade = (path: string, to: string, more = "") =>
		`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${scene.attacker.key}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${to}\r\n${more}\r\n`;
	const socket = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n";
	const tries = [
		...[
			"/v1/runs",
			"/healthz",
			`/v1/runs/${scene.victim.runId}/events`,
			"/",
			"/cdn-cgi/mf/reload",
			"/cdn-cgi/handler/scheduled",
			"/core/entry",
		].map((path) => upgrade(path, "websocket", socket)),
		upgrade("/healthz", "h2c", "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
		upgrade("/healthz", "TLS/1.0"),
		"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n",
		`CONNECT 127.0.0.1:${scene.forbidden.port} HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n`,
	];
	for (const bytes of tries) {
		const said = await sendRaw(scene.url, bytes);
		const [status = 400] = statusesOf(said);
		if (status === 101 || said.includes("reached") || (bytes.startsWith("CONNECT") && status < 400))
			throw new Error(`${bytes.slice(0, 60)}: found ${said.slice(0, 120)}, wanted no other protocol`);
	}
};
