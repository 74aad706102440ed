import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { LIMITS } from "../contract/limits.ts";

/** Where the control plane's gate listens, on loopback. */
export interface GateAddress {
	readonly host: string;
	readonly port: number;
}

/**
 * The way back from one executor process: a unix socket in its own folder, spliced byte by byte to the gate and to nothing else. Open only while
 * the process has a run; what an isolate left behind finds the door shut. Nothing is parsed here: the gate knows each attempt by its token.
 */
export class GateSplice {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	#open = false;

	private constructor(gate: () => GateAddress | null) {
		this.#server = createServer((inner) => this.#accept(inner, gate()));
	}

	/** @param gate asked at each connection; null while the control plane is not there yet. */
	static async listen(path: string, gate: () => GateAddress | null): Promise<GateSplice> {
		const splice = new GateSplice(gate);
		splice.#server.listen(path);
		await once(splice.#server, "listening");
		return splice;
	}

	open(): void {
		this.#open = true;
	}

	/** Refuses new connections and cuts the ones there are. */
	shut(): void {
		this.#open = false;
		for (const socket of this.#sockets) socket.destroy();
		this.#sockets.clear();
	}

	/** Stops listening for good; the socket file goes with it. */
	end(): void {
		this.shut();
		this.#server.close();
	}

	#accept(inner: Socket, address: GateAddress | null): void {
		inner.on("error", () => inner.destroy());
		if (!this.#open || address === null || this.#sockets.size >= 2 * LIMITS.executorGateConnections) {
			inner.destroy();
			return;
		}
		const outer = connect({ port: address.port, host: address.host, noDelay: true });
		for (const [one, other] of [
			[inner, outer],
			[outer, inner],
		] as const) {
			this.#sockets.add(one);
			one.on("error", () => one.destroy());
			one.on("close", () => {
				this.#sockets.delete(one);
				other.destroy();
			});
			one.pipe(other);
		}
	}
}
