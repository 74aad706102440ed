/*
 * J19 Opens two hundred connections that never finish their requests, while somebody asks
 * wall: host
 * ends: held
 */
import { connect, type Socket } from "node:net";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";

const STARTS = [
	"",
	"G",
	"GET /healthz HTTP/1.1\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
	"POST /v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{",
];

export const attack = async (scene: Scene): Promise<void> => {
	const { hostname, port } = new URL(scene.url);
	const sockets: Socket[] = [];
	try {
		for (let index = 0; index < 200; index += 1) {
			const socket = connect(Number(port), hostname);
			socket.on("error", () => {});
			socket.write(STARTS[index % STARTS.length] ?? "");
			sockets.push(socket);
		}
		for (let turn = 0; turn < 10; turn += 1) {
			for (const socket of sockets) if (socket.writable) socket.write("x");
			const { status } = await probe(scene, { path: "/v1/agents" });
			if (status !== 200) throw new Error(`Beside slow requests: found ${status}, wanted 200`);
		}
	} finally {
		for (const socket of sockets) socket.destroy();
	}
};
