import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { findProgram } from "../../../supervisor/find-program.ts";
import { measureProcess } from "../../../supervisor/measure-process.ts";
import { processesOfFolder } from "./processes-of-folder.ts";

const Report = z.object({ pids: z.array(z.int()), socketPath: z.string() });

test.for([
	["bubblewrap", findProgram("bwrap")],
	["unshare", findProgram("unshare")],
	["none", findProgram("setpriv")],
] as const)(
	"executor processes enclosed with %s die with a supervisor that is killed, even in the middle of a run",
	{ timeout: 60_000 },
	async ([kind, program], { skip }) => {
		skip(program === null, "it is not installed here");
		const script = join(import.meta.dirname, "supervisor-that-spins.ts");
		const supervisor = spawn(process.execPath, [script, kind], { stdio: ["ignore", "pipe", "inherit"] });
		const [line] = await once(createInterface(supervisor.stdout), "line");
		const report = Report.parse(JSON.parse(String(line)));
		expect(report.pids.length).toBeGreaterThan(0);
		for (const pid of report.pids) expect(measureProcess(pid)).not.toBeNull();
		supervisor.kill("SIGKILL");
		await once(supervisor, "exit");
		await expect.poll(() => report.pids.map(measureProcess), { timeout: 15_000 }).toEqual(report.pids.map(() => null));
		await rm(dirname(report.socketPath), { recursive: true, force: true });
	},
);

test.for([
	["bubblewrap", findProgram("bwrap")],
	["unshare", findProgram("unshare")],
	["none", "/usr/bin/env"],
] as const)(
	"no executor process enclosed with %s outlives a supervisor that is killed in the middle of a start",
	{ timeout: 60_000 },
	async ([kind, program], { skip }) => {
		skip(program === null, "it is not installed here");
		const script = join(import.meta.dirname, "supervisor-that-starts.ts");
		for (const ms of [5, 9, 11, 14, 17]) {
			const folder = await mkdtemp("/tmp/cordon-death-");
			const supervisor = spawn(process.execPath, [script, kind, folder], { stdio: ["ignore", "pipe", "inherit"] });
			await once(createInterface(supervisor.stdout), "line");
			await setTimeout(ms);
			supervisor.kill("SIGKILL");
			await once(supervisor, "exit");
			await expect.poll(() => processesOfFolder(folder), { timeout: 15_000, message: `killed after ${ms} ms` }).toEqual([]);
			await rm(folder, { recursive: true, force: true });
		}
	},
);
