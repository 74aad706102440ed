import { StringDecoder } from "node:string_decoder";
import { LIMITS } from "../contract/limits.ts";
import { LogLine } from "../worker/executor/protocol.ts";

const MARK = "\u001ecordon-log ";

/** Lines that a run wrote, and how many more there were. */
export interface SpooledLogs {
	readonly logs: LogLine[];
	readonly logsDropped: number;
}

const parseLine = (line: string): LogLine | null => {
	try {
		const parsed = LogLine.safeParse(JSON.parse(line.slice(MARK.length)));
		return parsed.success && parsed.data.text.length <= LIMITS.logLineChars ? parsed.data : null;
	} catch {
		return null;
	}
};

/**
 * The black box of a run: the console lines that its process wrote to standard output, for when no answer comes. The harness writes each line
 * there as one line behind a mark; what does not parse is no console line and is dropped. Everything is read, so that the process never blocks;
 * only what fits the bounds of a run's logs is kept, the rest is counted.
 */
export class LogSpool {
	#decoder = new StringDecoder("utf8");
	#partial = "";
	#logs: LogLine[] = [];
	#chars = 0;
	#dropped = 0;
	#onLine: (line: LogLine) => void = () => {};

	/** Takes bytes of standard output as they come. */
	write(chunk: Buffer): void {
		const lines = (this.#partial + this.#decoder.write(chunk)).split("\n");
		// A line past the bound is cut here, which makes it unreadable: dropped, and its tail with it.
		this.#partial = (lines.pop() ?? "").slice(0, LIMITS.executorOutputLineChars + 1);
		for (const line of lines) this.#take(line);
	}

	#take(line: string): void {
		if (!line.startsWith(MARK) || line.length > LIMITS.executorOutputLineChars) return;
		const parsed = parseLine(line);
		if (parsed === null) return;
		if (this.#logs.length >= LIMITS.logLines || this.#chars + parsed.text.length > LIMITS.logChars) {
			this.#dropped += 1;
			return;
		}
		this.#chars += parsed.text.length;
		this.#logs.push(parsed);
		this.#onLine(parsed);
	}

	/** Forgets everything: the next run begins. @param onLine told of each of its lines as it is kept */
	reset(onLine: (line: LogLine) => void = () => {}): void {
		this.#onLine = onLine;
		this.#decoder = new StringDecoder("utf8");
		this.#partial = "";
		this.#logs = [];
		this.#chars = 0;
		this.#dropped = 0;
	}

	read(): SpooledLogs {
		return { logs: this.#logs, logsDropped: this.#dropped };
	}
}
