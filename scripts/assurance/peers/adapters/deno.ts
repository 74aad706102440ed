import { globSync } from "node:fs";
import { join } from "node:path";
import { type Adapter, GIVEN, PEERS_FOLDER } from "../adapter.ts";
import { printing, runProcess } from "../run-process.ts";

/** The program itself, not the package's own starter. */
const deno = (): string =>
	globSync("node_modules/@deno/*/deno", { cwd: PEERS_FOLDER }).map((path) => join(PEERS_FOLDER, path))[0] ?? "deno";

export const adapter: Adapter = {
	name: "deno",
	setting: `deno run --no-prompt without permissions, heap of ${GIVEN.memoryMb} MiB, killed at its deadline`,
	run: (body) =>
		runProcess(
			deno(),
			["run", "--quiet", "--no-prompt", "--no-config", "--no-remote", "--ext=js", `--v8-flags=--max-old-space-size=${GIVEN.memoryMb}`, "-"],
			printing(body),
		),
};
