import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { GateAddress } from "../../../supervisor/gate-splice.ts";
import { ENGINE_WORK, type EngineWork } from "../../../worker/executor/protocol.ts";

/** A gate on loopback that leaves every call to an engine: the method's name is the image's, the argument is the SQL, the answer is what the engine said. */
export interface EngineGate extends AsyncDisposable {
	readonly address: GateAddress;
	/** Images by name, and what was sent as one. */
	readonly images: Map<string, Buffer>;
	/** What an import reads. */
	source: Buffer;
	/** Names of the images that were read, in order. */
	readonly reads: string[];
}

export const startEngineGate = async (): Promise<EngineGate> => {
	const calls = new Map<string, string>();
	const reads: string[] = [];
	const gate = { images: new Map<string, Buffer>(), source: Buffer.alloc(0), reads };
	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const url = new URL(request.url ?? "", "http://gate");
		const image = calls.get(url.searchParams.get("call") ?? "") ?? "";
		const body = await buffer(request);
		switch (`${request.method} ${url.pathname}`) {
			case "POST /call": {
				const { method, args } = JSON.parse(body.toString());
				const callId = `cal_${calls.size}`;
				calls.set(callId, method);
				const work: EngineWork = {
					kind: "engine",
					callId,
					image: { id: method, bytes: gate.images.get(method)?.length ?? 0 },
					query: JSON.stringify({
						sql: JSON.parse(args)[0],
						access: { tables: "all", write: method.startsWith("w") },
						limits: { steps: 1_000_000, rows: 10, bytes: 10_000, wallMs: 1_000 },
					}),
					writes: method.startsWith("w"),
				};
				response.setHeader("content-type", ENGINE_WORK).end(JSON.stringify(work));
				break;
			}
			case "GET /image":
				gate.reads.push(image);
				response.end(gate.images.get(image));
				break;
			case "PUT /image":
				gate.images.set(`${image}-written`, body);
				response.end();
				break;
			case "POST /finish":
				response
					.setHeader("content-type", "application/json")
					.end(JSON.stringify({ kind: "value", value: JSON.stringify(body.toString()) }));
				break;
			case "GET /import/source":
				response.end(gate.source);
				break;
			case "PUT /import/image":
				gate.images.set("imported", body);
				response.end();
				break;
			default:
				response.writeHead(404).end();
		}
	};
	const server = createServer((request, response) => void answer(request, response));
	// A connection that ends while it is idle may end under the next request on it.
	server.keepAliveTimeout = 0;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const bound = server.address();
	const port = typeof bound === "object" && bound !== null ? bound.port : 0;
	return Object.assign(gate, {
		address: { host: "127.0.0.1", port },
		[Symbol.asyncDispose]: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	});
};
