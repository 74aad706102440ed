import { join } from "node:path";
import type { CommandLine, EnclosedProgram, Enclosure } from "./enclosure.ts";

const WARNING =
	"No enclosure: neither bubblewrap nor unshare works here, so an executor process that is broken out of can reach the network and files of " +
	"this user. Install bubblewrap or allow user namespaces before running code that you do not trust.";

/**
 * Starts workerd in its own folder with an empty environment and nothing else between it and the machine; the isolate and the limits still hold.
 * @param setpriv absolute path of the program; null when it is not installed, and then the guard alone ends the process of a supervisor that is killed.
 */
export const noEnclosure = (setpriv: string | null): Enclosure => ({
	kind: "none",
	warning: WARNING,
	commandLine: (program: EnclosedProgram): CommandLine => {
		const serve = [program.workerd, "serve", join(program.executorFolder, "config.capnp"), "config", "--experimental"];
		const tied = setpriv === null ? [] : [setpriv, "--no-new-privs", "--pdeathsig", "KILL", "--"];
		return { file: "/usr/bin/env", args: ["-i", "-C", program.ownFolder, ...tied, ...serve] };
	},
});
