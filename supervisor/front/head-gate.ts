import { LIMITS } from "../../contract/limits.ts";

const LF = 10;
const CR = 13;
/** What a method may begin with (RFC 9110 §5.6.2); a TLS hello and other protocols begin otherwise. */
const TOKEN = new Set(Buffer.from("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"));
const isToken = (byte: number | undefined): boolean => byte !== undefined && TOKEN.has(byte);

/** What is known of a connection's first head after some more bytes. */
export type HeadState = "more" | "whole" | "foreign" | "too large";

/**
 * Keeps the bytes of a connection's first request until its head is whole, and says when that is; nothing in it is understood. So a sender that never
 * finishes costs nobody but this process, and no more than LIMITS.frontHeadBytes and one chunk.
 */
export class HeadGate {
	readonly #chunks: Buffer[] = [];
	#bytes = 0;
	#isBegun = false;
	/** Whether the line read so far is empty. */
	#isBlank = true;

	/** Bytes kept. */
	get bytes(): number {
		return this.#bytes;
	}

	add(chunk: Buffer): HeadState {
		const before = this.#bytes;
		this.#chunks.push(chunk);
		this.#bytes += chunk.length;
		for (let index = 0; index < chunk.length; index += 1) {
			if (before + index >= LIMITS.frontHeadBytes) return "too large";
			const byte = chunk[index];
			if (byte === CR) continue;
			if (byte === LF) {
				// Empty lines before a request are passed over (RFC 9112 §2.2).
				if (this.#isBlank && this.#isBegun) return "whole";
				this.#isBlank = true;
				continue;
			}
			if (!this.#isBegun && !isToken(byte)) return "foreign";
			this.#isBegun = true;
			this.#isBlank = false;
		}
		return "more";
	}

	/** What was kept, which is not kept any longer. */
	release(): Buffer {
		this.#bytes = 0;
		return Buffer.concat(this.#chunks.splice(0));
	}
}
