import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { repositoryRoot } from "../../supervisor/repository-root.ts";

/** The folder of the example. */
export const TRIAGE = join(repositoryRoot, "examples/github-triage");

/** Runs the example's set-up as a newcomer does. @param env all of its environment @returns what it printed, and how it ended */
export const setUpTriage = async (
	env: Readonly<Record<string, string>>,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: unknown }> => {
	const child = execFile(process.execPath, [join(TRIAGE, "set-up.mjs")], { env });
	const exited = once(child, "exit");
	const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map((stream) => (stream === null ? "" : text(stream))));
	return { stdout: stdout ?? "", stderr: stderr ?? "", code: (await exited)[0] };
};
