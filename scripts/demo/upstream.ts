import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A real HTTP service on loopback: `/forecast` wants a bearer token, `/echo` sends back what it was sent. */
export interface Upstream {
	readonly host: string;
	/** Authorization headers that arrived, in order. */
	readonly seen: readonly string[];
	close(): Promise<void>;
}

export const startUpstream = async (token: string): Promise<Upstream> => {
	const seen: string[] = [];
	const server = createServer((request, response) => {
		const authorization = request.headers.authorization ?? "";
		seen.push(authorization);
		const json = (status: number, body: unknown): void => {
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
		};
		if (request.url === "/echo") return json(200, { headers: request.headers });
		if (authorization !== `Bearer ${token}`) return json(401, { error: "who are you?" });
		return json(200, { outlook: "rain, then rain" });
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = isAddressInfo(address) ? address.port : 0;
	return {
		host: `127.0.0.1:${port}`,
		seen,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
};

const isAddressInfo = (address: string | AddressInfo | null): address is AddressInfo => typeof address === "object" && address !== null;
