import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the kernel hands out by itself (net.ipv4.ip_local_port_range, from 32768 on): nobody gets one of these by chance. */
const FIRST = 15_000;
const COUNT = 15_000;

/** A free port that stays free while a platform is down: a test beside this one, or a client, could be given any other meanwhile. */
export const findLastingPort = async (): Promise<number> => {
	for (;;) {
		const port = FIRST + Math.floor(Math.random() * COUNT);
		const server = createServer().listen(port, "127.0.0.1");
		const isFree = await once(server, "listening").then(
			() => true,
			() => false,
		);
		if (!isFree) continue;
		server.close();
		await once(server, "close");
		return port;
	}
};
