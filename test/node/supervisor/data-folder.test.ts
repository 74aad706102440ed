import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isKey, openDataFolder, readSealKey, writeOnce } from "../../../supervisor/data-folder.ts";
import { lockDataFolder } from "../../../supervisor/data-lock.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "cordon-data-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the data folder", () => {
	test("is its owner's alone", async () => {
		const path = await openDataFolder(join(folder, "deep", "data"));
		expect((await stat(path)).mode & 0o777).toBe(0o700);
	});

	test("makes its seal key once, for its owner alone", async () => {
		const [one, two] = await Promise.all([readSealKey(folder), readSealKey(folder)]);
		expect(isKey(one)).toBe(true);
		expect([two, await readSealKey(folder)]).toEqual([one, one]);
		expect((await stat(join(folder, "seal.key"))).mode & 0o777).toBe(0o600);
	});

	test("never puts a new seal key in the place of a damaged one", async () => {
		await writeFile(join(folder, "seal.key"), "damaged");
		await expect(readSealKey(folder)).rejects.toThrow("it holds no key");
		expect(await readFile(join(folder, "seal.key"), "utf8")).toBe("damaged");
	});

	test("writeOnce() leaves the first file and no draft of the second", async () => {
		expect([await writeOnce(join(folder, "key"), "first"), await writeOnce(join(folder, "key"), "second")]).toEqual([true, false]);
		expect(await readFile(join(folder, "key"), "utf8")).toBe("first");
		expect(await readdir(folder)).toEqual(["key"]);
	});
});

describe("the lock", () => {
	test("is refused while a living process has it, and free after its release", async () => {
		const lock = await lockDataFolder(folder, "/nowhere");
		await expect(lockDataFolder(folder, "/nowhere")).rejects.toThrow(`process ${process.pid} uses it`);
		await lock.release();
		await (await lockDataFolder(folder, "/nowhere")).release();
	});

	test.each([
		["of a pid that came again", { pid: process.pid, startedTicks: "1" }],
		["of a pid that is gone", { pid: 4_194_303, startedTicks: "1" }],
	])("%s is taken over, and the sockets it left are removed", async (_name, holder) => {
		const runtimeFolder = await mkdtemp(join(tmpdir(), "cordon-sockets-"));
		await writeFile(join(folder, "lock"), JSON.stringify({ ...holder, runtimeFolder }));
		await (await lockDataFolder(folder, "/nowhere")).release();
		await expect(stat(runtimeFolder)).rejects.toThrow(/ENOENT/);
	});

	test("removes nothing but a supervisor's folder, whatever it says", async () => {
		const precious = await mkdtemp(join(tmpdir(), "precious-"));
		await writeFile(join(folder, "lock"), JSON.stringify({ pid: 4_194_303, startedTicks: "1", runtimeFolder: precious }));
		await (await lockDataFolder(folder, "/nowhere")).release();
		expect((await stat(precious)).isDirectory()).toBe(true);
		await rm(precious, { recursive: true });
	});
});
