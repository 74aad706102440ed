import { type LoopbackServer, startLoopbackServer } from "../support/loopback-server.ts";

/** A real HTTP service on loopback: `/forecast` wants a bearer token, `/echo` sends back what it was sent. */
export interface Upstream extends LoopbackServer {
	/** Authorization headers that arrived, in order. */
	readonly seen: readonly string[];
}

export const startUpstream = async (token: string): Promise<Upstream> => {
	const seen: string[] = [];
	const server = await startLoopbackServer((request, response) => {
		const authorization = request.headers.authorization ?? "";
		seen.push(authorization);
		const json = (status: number, body: unknown): void => {
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
		};
		if (request.url === "/echo") return json(200, { headers: request.headers });
		if (authorization !== `Bearer ${token}`) return json(401, { error: "who are you?" });
		return json(200, { outlook: "rain, then rain" });
	});
	return { ...server, seen };
};
