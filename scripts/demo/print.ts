import type { Run } from "../../contract/runs.ts";

const paint = (code: number, text: string): string => (process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
/** Text of a program, fit for a terminal: no control characters. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, " ");

export const title = (text: string): void => console.log(`\n${paint(1, text)}`);
export const line = (text: string): void => console.log(`  ${text}`);

/** What the demo promises: counted, and the reason for its exit code. */
export class Verdict {
	#failures = 0;

	check(claim: string, holds: boolean, found = ""): void {
		if (!holds) this.#failures += 1;
		const mark = holds ? paint(32, "ok  ") : paint(31, "FAIL");
		line(`${mark} ${claim}${holds || found === "" ? "" : ` (found: ${plain(found).slice(0, 300)})`}`);
	}

	get failures(): number {
		return this.#failures;
	}
}

/** A run in one line: how it ended, what it took, what it cost. */
export const describeRun = (run: Run): string => {
	const outcome = run.error === null ? run.status : `${run.status} (${run.error.code})`;
	const { cpuMs, wallMs, calls, egressBytes, usdMicros } = run.usage;
	return `${outcome.padEnd(34)} ${String(wallMs).padStart(6)} ms wall ${String(cpuMs).padStart(6)} ms CPU ${String(calls).padStart(3)} calls ${String(egressBytes).padStart(6)} B out ${(usdMicros / 1_000_000).toFixed(6)} USD`;
};
