import { once } from "node:events";
import { createServer } from "node:net";

/** An error in words for the operator. @param why what the system said */
export const cannotListen = (host: string, port: number, why: string): Error => {
	const found = why.includes("EADDRINUSE") ? "somebody else listens there" : why;
	return new Error(`Listening on ${host}:${port}: ${found}, wanted it free. Set PORT or HOST to another.`);
};

/**
 * Looks whether the public listener can have its port, before anything is built or started for it. Whoever takes it meanwhile is found by the front.
 * @throws Error naming host and port.
 */
export const assertPortFree = async (host: string, port: number): Promise<void> => {
	const server = createServer();
	try {
		server.listen({ host, port, exclusive: true });
		await once(server, "listening");
	} catch (error) {
		throw cannotListen(host, port, String(error));
	}
	server.close();
	await once(server, "close");
};
