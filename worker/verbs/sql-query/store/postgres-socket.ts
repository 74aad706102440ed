import type { ByteSocket } from "../../store-access.ts";

type Listener = (value?: unknown) => void;

/**
 * A byte socket in the form that the Postgres library takes: a few events and methods of Node's. It counts what comes, since one row may be as large as
 * its author likes and the library would hold it whole: past `mostBytes` the connection is closed under it.
 */
export class PostgresSocket {
	readyState: "open" | "closed" = "open";
	/** Whether it was closed since more came than may. */
	overran = false;
	readonly #socket: ByteSocket;
	readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
	readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
	readonly #listeners = new Map<string, { listener: Listener; once: boolean }[]>();
	#left: number;

	constructor(socket: ByteSocket, mostBytes: number) {
		this.#socket = socket;
		this.#writer = socket.writable.getWriter();
		this.#reader = socket.readable.getReader();
		this.#left = mostBytes;
		void this.#read();
	}

	on(event: string, listener: Listener): this {
		return this.#add(event, listener, false);
	}

	once(event: string, listener: Listener): this {
		return this.#add(event, listener, true);
	}

	removeListener(event: string, listener: Listener): this {
		const kept = (this.#listeners.get(event) ?? []).filter((entry) => entry.listener !== listener);
		this.#listeners.set(event, kept);
		return this;
	}

	removeAllListeners(): this {
		this.#listeners.clear();
		return this;
	}

	write(bytes: Uint8Array, written?: () => void): boolean {
		// Copied: the library makes its messages in one buffer that it uses again.
		this.#writer.write(new Uint8Array(bytes)).then(() => written?.(), this.#fail);
		return true;
	}

	end(bytes?: Uint8Array): void {
		if (this.readyState === "closed") return;
		const last = bytes === undefined ? Promise.resolve() : this.#writer.write(new Uint8Array(bytes));
		last.then(() => this.#close(), this.#fail);
	}

	/** Closes at once; whoever waits for an answer is told. */
	destroy(why: string = "the connection was closed"): void {
		this.#fail(new Error(why));
	}

	async #read(): Promise<void> {
		try {
			for (;;) {
				const { done, value } = await this.#reader.read();
				if (done) return this.#close();
				this.#left -= value.byteLength;
				if (this.#left < 0) {
					this.overran = true;
					return this.destroy("more came than may");
				}
				this.#emit("data", Buffer.from(value));
			}
		} catch (error) {
			this.#fail(error);
		}
	}

	readonly #fail = (error: unknown): void => {
		if (this.readyState === "closed") return;
		this.#emit("error", error instanceof Error ? error : new Error("the connection failed"));
		this.#close();
	};

	#close(): void {
		if (this.readyState === "closed") return;
		this.readyState = "closed";
		this.#socket.close().catch(() => {});
		this.#emit("close");
	}

	#add(event: string, listener: Listener, once: boolean): this {
		this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), { listener, once }]);
		return this;
	}

	#emit(event: string, value?: unknown): void {
		for (const { listener, once } of this.#listeners.get(event) ?? []) {
			if (once) this.removeListener(event, listener);
			listener(value);
		}
	}
}
