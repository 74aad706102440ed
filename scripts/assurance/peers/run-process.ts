import { spawn } from "node:child_process";
import { type Ended, GIVEN } from "./adapter.ts";

const MOST_CHARS = 1_000_000;
const MARK = "@result ";

/** A program for a JavaScript runtime of its own process: it prints its result as a marked line. */
export const printing = (body: string): string =>
	`const main = async () => { ${body} };
const value = await main();
await new Promise((done) => { console.log(${JSON.stringify(MARK)} + JSON.stringify(value ?? null)); setTimeout(done, 50); });
(globalThis.process ?? globalThis.Deno).exit(0);`;

/** Runs a command with the program on its standard input, and kills it when its time is over. */
export const runProcess = (file: string, args: readonly string[], program: string): Promise<Ended> =>
	new Promise((resolve) => {
		const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
		let out = "";
		let errors = "";
		const patience = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"), 3 * GIVEN.timeoutMs);
		child.stdout.on("data", (part: Buffer) => {
			if (out.length < MOST_CHARS) out += part.toString();
		});
		child.stderr.on("data", (part: Buffer) => {
			if (errors.length < MOST_CHARS) errors += part.toString();
		});
		child.stdin.on("error", () => {});
		child.on("error", (error) => resolve({ kind: "stopped", message: String(error) }));
		child.on("close", (code, signal) => {
			clearTimeout(patience);
			const line = out.split("\n").find((each) => each.startsWith(MARK));
			if (line === undefined) resolve({ kind: "stopped", message: `${signal ?? code} ${errors.slice(0, 300)}` });
			else resolve({ kind: "returned", value: JSON.parse(line.slice(MARK.length)) });
		});
		child.stdin.end(program);
	});
