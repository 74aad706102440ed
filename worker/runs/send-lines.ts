import type { RunLog } from "../../contract/runs.ts";
import { BoundLines, type SaidLine } from "./bound-lines.ts";

/**
 * Takes console lines of one execution as they come and sends them on, bounded and numbered, one batch at a time: what comes meanwhile goes with the next
 * one. Lines that are not taken are lost here and stand in the run's record when it ends.
 */
export const sendLines = (send: (lines: RunLog[]) => Promise<void>): ((lines: readonly SaidLine[]) => void) => {
	const bound = new BoundLines();
	const waiting: RunLog[] = [];
	let isSending = false;
	const sendAll = async (): Promise<void> => {
		isSending = true;
		try {
			while (waiting.length > 0) await send(waiting.splice(0));
		} catch {
			console.error("Sending console lines: the agent's object did not take them; the run's record will have them");
		} finally {
			isSending = false;
		}
	};
	return (lines) => {
		waiting.push(...bound.take(lines));
		if (!isSending) void sendAll();
	};
};
