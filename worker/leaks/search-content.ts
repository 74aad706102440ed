import { LIMITS } from "../../contract/limits.ts";
import { holdsPlain, holdsSought, type Sought } from "./sought.ts";

/**
 * Which of them stands in content that is about to leave, block by block, each with the end of the one before it: in all the forms that arguments are
 * searched for in the first LIMITS.contentFormsBytes, after them as it is and with its escapes undone. Null: none. Reads the body to its end, or cancels it.
 */
export const searchContent = async (body: ReadableStream<Uint8Array>, sought: readonly Sought[]): Promise<Sought | null> => {
	const block = new Uint8Array(LIMITS.contentBlockBytes);
	let [held, read] = [0, 0];
	const look = (): Sought | null => {
		const holds = read <= LIMITS.contentFormsBytes ? holdsSought : holdsPlain;
		const found = sought.find((each) => holds(block.subarray(0, held), each)) ?? null;
		const from = Math.max(0, held - LIMITS.contentOverlapBytes);
		block.copyWithin(0, from, held);
		held -= from;
		return found;
	};
	for await (const chunk of body) {
		for (let at = 0; at < chunk.length; ) {
			const part = chunk.subarray(at, at + block.length - held);
			block.set(part, held);
			at += part.length;
			held += part.length;
			read += part.length;
			const found = held === block.length ? look() : null;
			if (found !== null) return found;
		}
	}
	return look();
};
