import type { CommandLine, EnclosedProgram, Enclosure } from "./enclosure.ts";

const shown = (paths: readonly string[]): string[] => paths.flatMap((path) => ["--ro-bind", path, path]);

/** Opens the filter for bubblewrap, which closes it when it has read it. Without the file nothing starts. */
const WITH_FILTER = 'filter=$1; shift; exec "$@" 9<"$filter"';
const NO_FILTER = `No filter of system calls: there is none for this machine's architecture (${process.arch}), so an executor process that is broken out of finds all of the kernel to attack.`;

/**
 * Encloses with bubblewrap: all namespaces new, a root that holds workerd, its libraries and the process's own folder, and death with the parent.
 * No session of its own inside: it is in the wrapper's, which has no terminal, and in its process group, by which the guard finds it.
 * @param bwrap absolute path of the program.
 * @param libraries what workerd is linked with.
 * @param filter path of the filter of system calls (seccomp-filter), null where the architecture has none.
 */
export const bubblewrapEnclosure = (bwrap: string, libraries: readonly string[], filter: string | null): Enclosure => ({
	kind: "bubblewrap",
	warning: filter === null ? NO_FILTER : null,
	commandLine: (program: EnclosedProgram): CommandLine => ({
		file: "/bin/sh",
		args: [
			...["-c", filter === null ? 'shift; exec "$@"' : WITH_FILTER, "enclose", filter ?? "", bwrap],
			...(filter === null ? [] : ["--seccomp", "9"]),
			...["--unshare-all", "--unshare-user", "--hostname", "executor", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"],
			...["--ro-bind", program.workerd, "/bin/workerd"],
			...shown(libraries),
			...["--dev-bind", "/dev/urandom", "/dev/urandom"],
			...["--ro-bind", program.executorFolder, "/executor"],
			...["--bind", program.ownFolder, "/run"],
			...["--remount-ro", "/", "--chdir", "/run"],
			...["--", "/bin/workerd", "serve", "/executor/config.capnp", "config", "--experimental"],
		],
	}),
});
