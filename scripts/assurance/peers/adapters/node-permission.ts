import { type Adapter, GIVEN } from "../adapter.ts";
import { printing, runProcess } from "../run-process.ts";

export const adapter: Adapter = {
	name: "node --permission",
	setting: `a process for each program, no --allow flag, heap of ${GIVEN.memoryMb} MiB, killed at its deadline`,
	run: (body) =>
		runProcess(process.execPath, ["--permission", `--max-old-space-size=${GIVEN.memoryMb}`, "--input-type=module", "-"], printing(body)),
};
