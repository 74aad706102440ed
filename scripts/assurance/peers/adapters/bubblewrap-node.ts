import { existsSync } from "node:fs";
import { type Adapter, GIVEN } from "../adapter.ts";
import { printing, runProcess } from "../run-process.ts";

const shown = ["/usr", "/lib", "/lib64", "/bin"].filter((path) => existsSync(path)).flatMap((path) => ["--ro-bind", path, path]);

export const adapter: Adapter = {
	name: "bubblewrap + node",
	setting: `all namespaces new, /usr and libraries read-only, no environment, heap of ${GIVEN.memoryMb} MiB, killed at its deadline`,
	run: (body) =>
		runProcess(
			"bwrap",
			[
				...["--unshare-all", "--die-with-parent", "--clearenv", "--new-session", ...shown],
				...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", process.execPath, "/tmp/node"],
				...["/tmp/node", `--max-old-space-size=${GIVEN.memoryMb}`, "--input-type=module", "-"],
			],
			printing(body),
		),
};
