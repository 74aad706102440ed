import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { z } from "zod";
import { findProgram } from "../../../supervisor/find-program.ts";
import { measureProcess } from "../../../supervisor/measure-process.ts";

const Report = z.object({ pids: z.array(z.int()), socketPath: z.string() });

test.each([
	["bubblewrap", findProgram("bwrap")],
	["unshare", findProgram("unshare")],
	["none", findProgram("setpriv")],
] as const)(
	"executor processes enclosed with %s die with a supervisor that is killed, even in the middle of a run",
	async (kind, program) => {
		if (program === null) return;
		const script = join(import.meta.dirname, "supervisor-that-spins.ts");
		const supervisor = spawn(process.execPath, [script, kind], { stdio: ["ignore", "pipe", "inherit"] });
		const [line] = await once(createInterface(supervisor.stdout), "line");
		const report = Report.parse(JSON.parse(String(line)));
		expect(report.pids.length).toBeGreaterThan(0);
		for (const pid of report.pids) expect(measureProcess(pid)).not.toBeNull();
		supervisor.kill("SIGKILL");
		await once(supervisor, "exit");
		await expect.poll(() => report.pids.map(measureProcess), { timeout: 2_000 }).toEqual(report.pids.map(() => null));
		await rm(dirname(report.socketPath), { recursive: true, force: true });
	},
);
