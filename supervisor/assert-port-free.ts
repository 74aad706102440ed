import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Makes sure that the public listener can have its port, since the runtime's own words about a taken one are of little help.
 * @throws Error naming host and port.
 */
export const assertPortFree = async (host: string, port: number): Promise<void> => {
	const server = createServer();
	try {
		server.listen({ host, port, exclusive: true });
		await once(server, "listening");
	} catch (error) {
		const why = error instanceof Error && "code" in error && error.code === "EADDRINUSE" ? "somebody else listens there" : String(error);
		throw new Error(`Listening on ${host}:${port}: ${why}, wanted it free. Set PORT or HOST to another.`);
	}
	server.close();
	await once(server, "close");
};
