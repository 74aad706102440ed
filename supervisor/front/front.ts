import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { LIMITS } from "../../contract/limits.ts";
import { clientOf, LOOPBACK } from "./client-of.ts";
import { FrontConnection, type Upstream, type Watcher } from "./front-connection.ts";

export interface FrontBounds {
	/** Connections at once. */
	readonly connections: number;
	/** Of one client; loopback has none of its own. */
	readonly perClient: number;
	/** Time in which a first head must have come, milliseconds. */
	readonly headMs: number;
}

/**
 * The public listener of one machine. The Worker's server ends when it cannot open another descriptor for a connection, and keeps who does not read for
 * ever: so connections are counted here. When there is no room, one that has not sent its first request gives way, the oldest first, then one that has
 * had its answer, the one longest still first. One that waits for an answer never does: then the new one is refused.
 */
export class Front implements Watcher {
	readonly #server: Server;
	readonly #bounds: FrontBounds;
	readonly #upstream: () => Upstream;
	readonly #all = new Set<FrontConnection>();
	/** In the order in which they came, with the bytes that each holds. */
	readonly #sendingHead = new Map<FrontConnection, number>();
	#headsBytes = 0;
	/** The one longest still first. */
	readonly #answered = new Set<FrontConnection>();
	readonly #perClient = new Map<string, number>();
	readonly #sweep: NodeJS.Timeout;

	constructor(bounds: FrontBounds, upstream: () => Upstream) {
		this.#bounds = bounds;
		this.#upstream = upstream;
		this.#server = createServer({ noDelay: true, allowHalfOpen: true, keepAlive: true }, (socket) => this.#accept(socket));
		this.#sweep = setInterval(() => this.#refuseLate(), LIMITS.frontSweepMs);
	}

	/** @returns the port. @throws Error when it cannot listen */
	async listen(host: string, port: number): Promise<number> {
		this.#server.listen({ host, port, backlog: 1_024 });
		await once(this.#server, "listening");
		const address = this.#server.address();
		return typeof address === "object" && address !== null ? address.port : port;
	}

	/** Connections there are. */
	get size(): number {
		return this.#all.size;
	}

	end(): void {
		clearInterval(this.#sweep);
		this.#server.close();
		for (const connection of this.#all) connection.cut();
	}

	changed(connection: FrontConnection): void {
		this.#countHead(connection);
		this.#answered.delete(connection);
		if (connection.doing === "answered") this.#answered.add(connection);
	}

	ended(connection: FrontConnection): void {
		if (!this.#all.delete(connection)) return;
		this.#forgetHead(connection);
		this.#answered.delete(connection);
		const left = (this.#perClient.get(connection.client) ?? 1) - 1;
		if (left > 0) this.#perClient.set(connection.client, left);
		else this.#perClient.delete(connection.client);
	}

	#accept(socket: Socket): void {
		const client = clientOf(socket.remoteAddress);
		const ofClient = this.#perClient.get(client) ?? 0;
		if ((client !== LOOPBACK && ofClient >= this.#bounds.perClient) || !this.#makeRoom()) {
			socket.on("error", () => {});
			socket.destroy();
			return;
		}
		this.#perClient.set(client, ofClient + 1);
		const connection = new FrontConnection(socket, client, this.#upstream(), this);
		this.#all.add(connection);
		this.#sendingHead.set(connection, 0);
	}

	#makeRoom(): boolean {
		if (this.#all.size < this.#bounds.connections) return true;
		const [oldest] = this.#sendingHead.keys();
		const [stillest] = this.#answered;
		const gone = oldest ?? stillest;
		if (gone === undefined) return false;
		this.#giveUp(gone);
		return true;
	}

	/** Heads are small; many large ones that do not end are somebody's doing. */
	#countHead(connection: FrontConnection): void {
		const before = this.#sendingHead.get(connection);
		if (before === undefined) return;
		if (connection.doing !== "sending head") {
			this.#forgetHead(connection);
			return;
		}
		this.#sendingHead.set(connection, connection.headBytes);
		this.#headsBytes += connection.headBytes - before;
		for (const oldest of this.#sendingHead.keys()) {
			if (this.#headsBytes <= LIMITS.frontHeadsBytes) return;
			this.#giveUp(oldest);
		}
	}

	#forgetHead(connection: FrontConnection): void {
		this.#headsBytes -= this.#sendingHead.get(connection) ?? 0;
		this.#sendingHead.delete(connection);
	}

	/** It is off the books at once; its socket is gone a little later. */
	#giveUp(connection: FrontConnection): void {
		this.ended(connection);
		connection.cut();
	}

	#refuseLate(): void {
		const lateMs = performance.now() - this.#bounds.headMs;
		for (const connection of this.#sendingHead.keys()) {
			if (connection.begunMs > lateMs) return;
			connection.refuseLate();
		}
	}
}
