import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type ApiClient, createApiClient } from "../../scripts/support/api-client.ts";
import { allGone, familyOf, killNow, nobodyNames, type SeenProcess } from "./fault-processes.ts";
import { findLastingPort } from "./lasting-port.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const STARTED = /^ {2}Cordon listens on (http:\/\/127\.0\.0\.1:(\d+))$/;

export interface PlatformSettings {
	readonly dataFolder: string;
	/** 0 for any that a restart gets again: a restart gives the port that the first start got. */
	readonly port: number;
	readonly executors: number;
	/** host:port of the upstream; left out: there is none. */
	readonly upstream?: string;
	/** Descriptors that each of its processes may open, hard limit: nobody can raise it; left out: as many as this one. */
	readonly openFiles?: number;
}

/** The operator's token of every platform of these tests. */
export const OPERATOR = "operator-of-the-fault-tests";

/** The whole platform as a process of its own, to be ended as a machine would end it. */
export interface PlatformProcess extends AsyncDisposable {
	readonly pid: number;
	readonly port: number;
	readonly url: string;
	readonly api: ApiClient;
	/** Everything that it wrote, for a failed test's reader. */
	readonly output: readonly string[];
	family(): SeenProcess[];
	/** SIGKILL to the supervisor alone. Resolves when nothing that it had started lives; throws when something does. */
	kill(): Promise<void>;
	/** SIGTERM. @returns the exit code, once nothing that it had started lives. */
	terminate(): Promise<number | null>;
}

/** Starts the platform by its command. @throws Error with its own words when it ends before it listens. */
export const startPlatform = async (settings: PlatformSettings): Promise<PlatformProcess> => {
	const child = launch({ ...settings, port: settings.port === 0 ? await findLastingPort() : settings.port });
	const output: string[] = [];
	const listening = new Promise<RegExpExecArray>((resolve, reject) => {
		for (const stream of [child.stdout, child.stderr]) {
			if (stream === null) continue;
			createInterface(stream).on("line", (line) => {
				output.push(line);
				const match = STARTED.exec(line);
				if (match !== null) resolve(match);
			});
		}
		child.once("exit", (code) => reject(new Error(`Starting the platform: it ended with ${code}: ${output.join("\n")}`)));
	});
	const [, url = "", port = ""] = await listening;
	const pid = child.pid ?? 0;
	const key = (await readFile(join(settings.dataFolder, "key"), "utf8")).trim();
	const untilGone = async (family: readonly SeenProcess[]): Promise<void> => {
		await allGone(family);
		// What was just being started when its family was read.
		await nobodyNames(settings.dataFolder);
	};
	const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<number | null> => {
		const family = familyOf(pid);
		const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : Promise.resolve([child.exitCode]);
		child.kill(signal);
		const [code] = await exited;
		await untilGone(family);
		return typeof code === "number" ? code : null;
	};
	return {
		pid,
		port: Number(port),
		url,
		api: createApiClient(url, key),
		output,
		family: () => familyOf(pid),
		kill: async () => void (await end("SIGKILL")),
		terminate: () => end("SIGTERM"),
		[Symbol.asyncDispose]: async () => {
			const family = familyOf(pid);
			for (const each of family) killNow(each);
			await untilGone(family);
		},
	};
};

const launch = (settings: PlatformSettings): ChildProcess => {
	const main = [process.execPath, join(ROOT, "supervisor/main.ts")];
	// prlimit becomes what it is given: the process that is started is the supervisor.
	const [file = "", ...args] =
		settings.openFiles === undefined ? main : ["prlimit", `--nofile=${settings.openFiles}:${settings.openFiles}`, ...main];
	return spawn(file, args, {
		cwd: ROOT,
		stdio: ["ignore", "pipe", "pipe"],
		env: {
			PATH: process.env["PATH"],
			PORT: String(settings.port),
			CORDON_DATA: settings.dataFolder,
			CORDON_EXECUTORS: String(settings.executors),
			...(settings.upstream === undefined ? {} : { CORDON_DEV_ALLOW: settings.upstream }),
			ADMIN_TOKEN: OPERATOR,
		},
	});
};
