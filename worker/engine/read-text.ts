import { ImportError } from "./table-writer.ts";

/**
 * Text of a byte stream in stretches, without a byte order mark, with every line end as a line feed.
 * @throws ImportError when it is not UTF-8 or has a NUL in it
 */
export async function* readText(source: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
	let heldReturn = false;
	for await (const chunk of source) {
		for (let start = 0; start < chunk.length; start += STRETCH_BYTES) {
			let text = decode(decoder, chunk.subarray(start, start + STRETCH_BYTES));
			if (heldReturn) text = `\r${text}`;
			heldReturn = text.endsWith("\r");
			if (heldReturn) text = text.slice(0, -1);
			if (text !== "") yield unified(text);
		}
	}
	const rest = (heldReturn ? "\r" : "") + decode(decoder);
	if (rest !== "") yield unified(rest);
}

const STRETCH_BYTES = 256 * 1024;

const unified = (text: string): string => (text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text);

const decode = (decoder: TextDecoder, bytes?: Uint8Array): string => {
	try {
		const text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
		if (text.includes("\0")) throw new ImportError("the text has a NUL character, wanted text");
		return text;
	} catch (error) {
		if (error instanceof ImportError) throw error;
		throw new ImportError("the text is not UTF-8, wanted UTF-8");
	}
};
