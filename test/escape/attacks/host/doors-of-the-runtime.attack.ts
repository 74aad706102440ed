/*
 * O05 Knocks at every port that the platform listens on, for inspectors, gates and the runtime's own paths
 * wall: host
 * covers: G07
 * ends: held
 */
import { ownListeners } from "../../own-listeners.ts";
import { sendRaw, statusesOf } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";

const PATHS = [
	"/json",
	"/json/list",
	"/json/version",
	"/cdn-cgi/mf/reload",
	"/cdn-cgi/handler/scheduled",
	"/cdn-cgi/handler/email",
	"/cdn-cgi/mf/scheduled",
	"/__scheduled",
	"/core/error",
	"/debug",
	"/metrics",
	"/console",
	"/.env",
	"/.git/config",
	"/wrangler.toml",
];
const TOKENS = ["", "x", "null", "e30.e30.e30", "eyJhbGciOiJub25lIn0.eyJydW4iOiJ4In0.", "0".repeat(64)];

export const attack = async (scene: Scene): Promise<void> => {
	const ports = await ownListeners();
	const api = Number(new URL(scene.url).port);
	const ownServers = new Set([...scene.servers.hosts, `127.0.0.1:${scene.forbidden.port}`].map((host) => Number(host.split(":")[1])));
	const doors = ports.filter((port) => !ownServers.has(port));
	if (doors.length > 0 && !doors.includes(api))
		throw new Error("The platform's ports: found others than the API's, wanted the API's among them");
	for (const port of doors.length === 0 ? [api] : doors) {
		const url = `http://127.0.0.1:${port}`;
		for (const path of PATHS) {
			const said = await sendRaw(url, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
			if (statusesOf(said).some((status) => status < 400) || /webSocketDebuggerUrl|inspector/i.test(said))
				throw new Error(`A port of the platform: found ${said.slice(0, 120)} at ${path}, wanted no door`);
		}
		for (const token of TOKENS)
			for (const path of ["/", "/call", "/gate", "/begin", "/v1/call"]) {
				const said = await sendRaw(
					url,
					`POST ${path} HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer ${token}\r\nX-Token: ${token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
				);
				if (statusesOf(said).some((status) => status < 400 || status >= 500))
					throw new Error(`A port of the platform: found ${said.slice(0, 120)} for a forged token, wanted a refusal`);
			}
	}
};
