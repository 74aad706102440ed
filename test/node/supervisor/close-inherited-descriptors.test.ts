import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Behind a gap, where Node looks for none. */
const INHERITED = 20;
const MODULE = join(import.meta.dirname, "../../../supervisor/close-inherited-descriptors.ts");
/** Says which descriptors what it starts would have, before and after. */
const SCRIPT = `import { spawnSync } from "node:child_process";
import { closeInheritedDescriptors } from ${JSON.stringify(MODULE)};
const passedOn = () => spawnSync("/bin/ls", ["/proc/self/fd"], { encoding: "utf8" }).stdout.trim().split("\\n").map(Number);
const before = passedOn();
closeInheritedDescriptors();
console.log(JSON.stringify({ before, after: passedOn() }));`;

test("what a supervisor was started with does not go on to what it starts", () => {
	const secret = openSync("/proc/version", "r");
	try {
		const stdio = Array.from({ length: INHERITED + 1 }, (_, descriptor) =>
			descriptor === INHERITED ? secret : descriptor < 3 ? "pipe" : "ignore",
		);
		const gap = `for descriptor in 3 4 5 6 7 8 9; do eval "exec $descriptor<&-"; done; exec "$@"`;
		const { stdout, stderr } = spawnSync("/bin/sh", ["-c", gap, "sh", process.execPath, "--input-type=module", "-e", SCRIPT], {
			stdio,
			encoding: "utf8",
		});
		const { before, after } = JSON.parse(stdout || JSON.stringify({ before: stderr }));
		expect(before).toContain(INHERITED);
		expect(after.filter((descriptor: number) => descriptor > 3)).toEqual([]);
	} finally {
		closeSync(secret);
	}
});
