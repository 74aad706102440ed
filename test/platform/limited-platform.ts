import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { familyOf, killNow, type SeenProcess } from "./fault-processes.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const STARTED = /^ {2}Cordon listens on http:\/\/127\.0\.0\.1:(\d+)$/;

/** A platform whose processes may each open few descriptors. */
export interface LimitedPlatform extends AsyncDisposable {
	readonly port: number;
	/** The control plane's workerd. */
	controlPlane(): SeenProcess | undefined;
	readonly output: readonly string[];
}

/** @param openFiles descriptors of a process, hard limit: nobody can raise it. @throws Error with the platform's words when it does not start */
export const startLimitedPlatform = async (openFiles: number): Promise<LimitedPlatform> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-limited-"));
	const child = spawn("prlimit", [`--nofile=${openFiles}:${openFiles}`, process.execPath, join(ROOT, "supervisor/main.ts")], {
		cwd: ROOT,
		stdio: ["ignore", "pipe", "pipe"],
		env: { PATH: process.env["PATH"], PORT: "0", CORDON_DATA: dataFolder, CORDON_EXECUTORS: "1" },
	});
	const output: string[] = [];
	const port = await listeningPort(child, output);
	const pid = child.pid ?? 0;
	return {
		port,
		output,
		controlPlane: () => familyOf(pid).find(({ commandLine }) => /workerd serve --binary/.test(commandLine)),
		[Symbol.asyncDispose]: async () => {
			const family = familyOf(pid);
			const ended = once(child, "exit");
			child.kill("SIGTERM");
			await ended;
			for (const each of family) killNow(each);
			await rm(dataFolder, { recursive: true, force: true });
		},
	};
};

const listeningPort = (child: ChildProcess, output: string[]): Promise<number> =>
	new Promise((resolve, reject) => {
		for (const stream of [child.stdout, child.stderr]) {
			if (stream === null) continue;
			createInterface(stream).on("line", (line) => {
				output.push(line);
				const port = STARTED.exec(line)?.at(1);
				if (port !== undefined) resolve(Number(port));
			});
		}
		child.once("exit", (code) => reject(new Error(`Starting a platform: it ended with ${code}: ${output.join("\n")}`)));
	});
