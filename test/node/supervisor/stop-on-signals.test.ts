import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repositoryRoot } from "../../../supervisor/repository-root.ts";
import { processesOfFolder } from "./processes-of-folder.ts";

/** Loaded before the supervisor: says when somebody has begun to listen to SIGTERM. Until then Node itself is on its way, and nothing is started. */
const TELL = `data:text/javascript,process.on("newListener",(name)=>{if(name==="SIGTERM")process.nextTick(()=>console.log("listens"))})`;

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp("/tmp/cordon-stop-");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = (): ChildProcess =>
	spawn(process.execPath, ["--import", TELL, join(repositoryRoot, "supervisor/main.ts")], {
		cwd: folder,
		env: { PATH: process.env["PATH"], TMPDIR: folder, PORT: "0", CORDON_DATA: join(folder, "data"), CORDON_EXECUTORS: "1" },
		stdio: ["ignore", "pipe", "inherit"],
	});

const expectNothingLeft = async (): Promise<void> => {
	await expect.poll(() => processesOfFolder(folder), { timeout: 15_000 }).toEqual([]);
	expect((await readdir(folder)).filter((name) => name.startsWith("cordon-sockets-"))).toEqual([]);
	expect((await readdir(join(folder, "data")).catch(() => [])).filter((name) => name === "lock")).toEqual([]);
};

test.each([0, 100, 300, 600, 1_000, 1_500, 2_500])(
	"SIGTERM %i ms after the supervisor listens undoes the start and exits 0",
	async (ms) => {
		const supervisor = start();
		if (supervisor.stdout === null) throw new Error("the supervisor has no output");
		await once(supervisor.stdout, "data");
		supervisor.stdout.resume();
		await setTimeout(ms);
		supervisor.kill("SIGTERM");
		expect(await once(supervisor, "exit")).toEqual([0, null]);
		await expectNothingLeft();
	},
);

test("SIGTERM before the supervisor's first line leaves nothing either", async () => {
	const supervisor = start();
	supervisor.kill("SIGTERM");
	await once(supervisor, "exit");
	await expectNothingLeft();
});
