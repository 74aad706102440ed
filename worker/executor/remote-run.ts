import { type ExecutionOutcome, type LogLine, RunFrame } from "./protocol.ts";

/**
 * The supervisor's answer to a job, read as it comes: console lines go on at once, the outcome is the last line. It is read to its end, so that the
 * connection can serve the next job.
 * @throws when there is no outcome in it, or a line is none of ours.
 */
export const readRun = async (
	body: ReadableStream<Uint8Array>,
	onLines: (lines: readonly LogLine[]) => void,
): Promise<ExecutionOutcome> => {
	const decoder = new TextDecoder();
	const reader = body.getReader();
	const rest: string[] = [];
	let outcome: ExecutionOutcome | null = null;
	const take = (line: string): void => {
		if (line === "") return;
		const frame = RunFrame.parse(JSON.parse(line));
		if (frame.kind === "lines") onLines(frame.lines);
		else outcome ??= frame;
	};
	for (;;) {
		const { done, value } = await reader.read();
		const pieces = decoder.decode(value, { stream: !done }).split("\n");
		for (const piece of pieces.slice(0, -1)) take([...rest.splice(0), piece].join(""));
		rest.push(pieces.at(-1) ?? "");
		if (done) break;
	}
	take(rest.join(""));
	if (outcome === null) throw new Error("Reading a run: the supervisor's answer ended before its outcome");
	return outcome;
};
