import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildDispatcher } from "../../../supervisor/build-dispatcher.ts";
import { chooseEnclosure } from "../../../supervisor/choose-enclosure.ts";
import { findProgram } from "../../../supervisor/find-program.ts";
import { workerdBinary } from "../../../supervisor/workerd-binary.ts";

const { PATH = "" } = process.env;
let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "cordon-choose-"));
});
afterEach(async () => {
	process.env = { ...process.env, PATH };
	await rm(folder, { recursive: true, force: true });
});

const choose = async (workerd: string) =>
	chooseEnclosure({ workerd, runtimeFolder: folder, gate: () => null, executorFolder: await buildDispatcher() });

const script = async (name: string, text: string): Promise<string> => {
	const path = join(folder, name);
	await writeFile(path, `#!/bin/sh\n${text}\n`);
	await chmod(path, 0o755);
	return path;
};

test("a machine whose kernel forbids what the walls need runs without them, and says why", async () => {
	for (const name of ["bwrap", "unshare"]) await script(name, `echo "${name}: not permitted" >&2; exit 1`);
	process.env = { ...process.env, PATH: `${folder}:${PATH}` };
	const enclosure = await choose(workerdBinary);
	expect(enclosure.kind).toBe("none");
	expect(enclosure.warning).toMatch(/No enclosure:.*bwrap: not permitted/);
});

test.skipIf(findProgram("unshare") === null || findProgram("setpriv") === null)(
	"a weaker enclosure in the place of one that does not work here says why",
	async () => {
		await script("bwrap", 'echo "bwrap: not permitted" >&2; exit 1');
		process.env = { ...process.env, PATH: `${folder}:${PATH}` };
		const enclosure = await choose(workerdBinary);
		expect(enclosure.kind).toBe("unshare");
		expect(enclosure.warning).toMatch(/No filter of system calls:.*bubblewrap: .*bwrap: not permitted/);
	},
);

test.skipIf(findProgram("bwrap") === null)(
	"an executor that starts only without walls is refused where a trivial program starts in them",
	async () => {
		// Inside the walls there is no shell.
		const outside = await script("workerd", `exec "${workerdBinary}" "$@"`);
		await expect(choose(outside)).rejects.toThrow(/^Choosing an enclosure: no executor process starts in (bubblewrap|unshare)/);
	},
);
