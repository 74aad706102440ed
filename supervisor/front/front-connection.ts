import { connect, type Socket } from "node:net";
import type { ErrorCode } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { HeadGate } from "./head-gate.ts";
import { headRefusal } from "./head-refusal.ts";

/** Where the control plane's Worker listens, on loopback. */
export interface Upstream {
	readonly host: string;
	readonly port: number;
}

/**
 * What a connection is doing: sending its first head; waiting for an answer (the last bytes were the client's); or having one (the last bytes were the
 * Worker's), which it may be done with.
 */
export type Doing = "sending head" | "waiting" | "answered";

/** What the front keeps up to date. */
export interface Watcher {
	changed(connection: FrontConnection): void;
	ended(connection: FrontConnection): void;
}

/** To a Worker's server a tunnel is no request but another event, which fails without words. */
const CONNECT = /^[\r\n]*CONNECT /;
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

/**
 * One client's connection: its first head is awaited here, then bytes go both ways as they are, each side no faster than the other takes them. Nothing
 * is read but where the first head ends, so there is one reader of requests, the Worker's server.
 */
export class FrontConnection {
	/** Whose it is, as client-of names it. */
	readonly client: string;
	readonly begunMs = performance.now();
	doing: Doing = "sending head";
	readonly #socket: Socket;
	readonly #upstreamAt: Upstream;
	readonly #watcher: Watcher;
	readonly #head = new HeadGate();
	/** The client's bytes that wait for the end of this turn. */
	readonly #unsent: Buffer[] = [];
	#isEnded = false;
	#upstream: Socket | null = null;
	#silentMs = 0;

	constructor(socket: Socket, client: string, upstreamAt: Upstream, watcher: Watcher) {
		this.#socket = socket;
		this.client = client;
		this.#upstreamAt = upstreamAt;
		this.#watcher = watcher;
		socket.setTimeout(LIMITS.frontStalledMs);
		socket.on("timeout", () => this.#onStill());
		socket.on("data", (chunk: Buffer) => this.#onClientBytes(chunk));
		socket.on("error", () => socket.destroy());
		socket.on("end", () => this.#onEnd());
		socket.on("close", () => {
			this.#upstream?.destroy();
			this.#head.release();
			watcher.ended(this);
		});
	}

	/** Bytes of an unfinished head. */
	get headBytes(): number {
		return this.#head.bytes;
	}

	/** Ends it at once. */
	cut(): void {
		this.#socket.destroy();
	}

	/** Its first head has taken too long. Who has sent nothing at all is told nothing. */
	refuseLate(): void {
		if (this.#head.bytes === 0) this.cut();
		else this.#refuse("invalid_request", `found no end of its head after ${LIMITS.frontHeadMs} ms, wanted it by then`);
	}

	#onClientBytes(chunk: Buffer): void {
		this.#silentMs = 0;
		if (this.#upstream === null) {
			if (this.doing === "sending head") this.#onHeadBytes(chunk);
		} else if (!this.#upstream.destroyed) {
			this.#is("waiting");
			this.#send(this.#upstream, chunk);
		}
	}

	/**
	 * Writes once all that has come is read. The Worker's server answers before it has read a body that it does not want, and closes on the rest: a write
	 * would then end the socket with the answer unread in it.
	 */
	#send(upstream: Socket, chunk: Buffer): void {
		this.#unsent.push(chunk);
		if (this.#unsent.length > 1) return;
		setImmediate(() => {
			const chunks = this.#unsent.splice(0);
			if (upstream.destroyed) return;
			upstream.cork();
			for (const each of chunks) upstream.write(each);
			upstream.uncork();
			if (upstream.writableNeedDrain) this.#socket.pause();
			if (this.#isEnded) upstream.end();
		});
	}

	/** The client sends no more. */
	#onEnd(): void {
		this.#isEnded = true;
		if (this.#upstream === null) this.#socket.end();
		else if (this.#unsent.length === 0) this.#upstream.end();
	}

	#onHeadBytes(chunk: Buffer): void {
		switch (this.#head.add(chunk)) {
			case "more":
				this.#watcher.changed(this);
				break;
			case "whole": {
				const head = this.#head.release();
				if (!CONNECT.test(head.toString("latin1", 0, 64))) this.#passOn(head);
				else this.#refuse("method_not_allowed", "found CONNECT, wanted a method of the API", { allow: METHODS });
				break;
			}
			case "foreign":
				this.#refuse("invalid_request", "found another protocol, wanted HTTP/1.1");
				break;
			case "too large":
				this.#refuse("payload_too_large", `found a head of more than ${LIMITS.frontHeadBytes} bytes, wanted at most that`);
				break;
		}
	}

	#passOn(head: Buffer): void {
		const socket = this.#socket;
		const upstream = connect({ ...this.#upstreamAt, noDelay: true, allowHalfOpen: true });
		this.#upstream = upstream;
		this.#is("waiting");
		upstream.write(head);
		upstream.on("drain", () => socket.resume());
		upstream.on("data", (chunk: Buffer) => {
			this.#silentMs = 0;
			this.#is("answered");
			if (!socket.write(chunk)) upstream.pause();
		});
		socket.on("drain", () => upstream.resume());
		upstream.on("error", () => upstream.destroy());
		upstream.on("end", () => socket.end());
		upstream.on("close", () => this.#linger());
	}

	/** The last bytes to this client. What it still sends is taken and thrown away for a moment: closing on it would lose it the answer. */
	#refuse(code: ErrorCode, why: string, fields: Readonly<Record<string, string>> = {}): void {
		this.#head.release();
		this.#is("answered");
		this.#socket.end(headRefusal(code, `Reading a request: ${why}`, fields));
		this.#linger();
	}

	#linger(): void {
		const socket = this.#socket;
		if (socket.destroyed) return;
		socket.end();
		socket.resume();
		const end = setTimeout(() => socket.destroy(), LIMITS.frontLingerMs);
		socket.once("close", () => clearTimeout(end));
	}

	#is(doing: Doing): void {
		this.doing = doing;
		this.#watcher.changed(this);
	}

	/** No byte moved for LIMITS.frontStalledMs. An answer that nobody takes is given up; waiting for one may take longer. */
	#onStill(): void {
		this.#silentMs += LIMITS.frontStalledMs;
		if (this.#socket.writableLength > 0 || this.#silentMs >= LIMITS.frontSilentMs) this.cut();
		else this.#socket.setTimeout(LIMITS.frontStalledMs);
	}
}
