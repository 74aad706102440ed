import { LIMITS } from "../contract/limits.ts";

/** The last of what a process wrote to standard error, safe for an operator's terminal: a program may have written it. */
export class ErrorTail {
	#text = "";

	write(chunk: Buffer): void {
		this.#text = (this.#text + chunk.toString("latin1")).slice(-LIMITS.executorErrorChars);
	}

	/** Whether workerd has reported that it ends itself: V8 gave up, or the process received a signal of its own making. Nobody reports a kill from outside. */
	tellsOfCrash(): boolean {
		return /fatal: V8 fatal error|\*\*\* Received signal #\d/.test(this.#text);
	}

	/** One line of printable ASCII; everything else is escaped. */
	read(): string {
		return this.#text.replace(/[^\x20-\x7e]/g, (char) =>
			char === "\n" ? " | " : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
		);
	}
}
