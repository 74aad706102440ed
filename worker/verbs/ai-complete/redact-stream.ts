import type { Redactor } from "../http-fetch/redact-secret.ts";

/** Takes secrets out of text that comes in parts, wherever the parts are cut. */
export interface StreamRedactor {
	/** What of the text so far may go on now: all but an end that may be a secret's beginning, or half a character. */
	push(part: string): string;
	/** What was kept back, when no more comes. */
	end(): string;
}

const ENCODER = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

export const redactStream = (redactor: Redactor): StreamRedactor => {
	const stream = redactor.stream();
	const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
	/** The first half of a surrogate pair whose second comes with the next part. */
	let half = "";
	const pass = (text: string): string =>
		stream === null ? text.toWellFormed() : decoder.decode(stream.next(ENCODER.encode(text)), { stream: true });
	return {
		push: (part) => {
			const text = half + part;
			half = endsInHalf(text) ? text.slice(-1) : "";
			return pass(text.slice(0, text.length - half.length));
		},
		end: () => pass(half) + decoder.decode(stream?.end() ?? NO_BYTES),
	};
};

const endsInHalf = (text: string): boolean => {
	const code = text.charCodeAt(text.length - 1);
	return code >= 0xd800 && code <= 0xdbff;
};
