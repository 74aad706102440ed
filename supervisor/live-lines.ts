import { LIMITS } from "../contract/limits.ts";
import type { LogLine } from "../worker/executor/protocol.ts";

/** Console lines of one run that gather for a moment before they are sent on, so that a run that prints much sends little. */
export class LiveLines {
	readonly #send: (lines: readonly LogLine[]) => void;
	#gathered: LogLine[] = [];
	#timer: NodeJS.Timeout | undefined;
	#isOver = false;

	constructor(send: (lines: readonly LogLine[]) => void) {
		this.#send = send;
	}

	take(line: LogLine): void {
		if (this.#isOver) return;
		this.#gathered.push(line);
		this.#timer ??= setTimeout(() => this.#flush(), LIMITS.liveLogsMs);
	}

	/** The run has ended: what is still gathered stands in its outcome. */
	end(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
	}

	#flush(): void {
		this.#timer = undefined;
		this.#send(this.#gathered.splice(0));
	}
}
