import type { CommandLine, EnclosedProgram, Enclosure } from "./enclosure.ts";

const shown = (paths: readonly string[]): string[] => paths.flatMap((path) => ["--ro-bind", path, path]);

/**
 * Encloses with bubblewrap: all namespaces new, a root that holds workerd, its libraries and the process's own folder, and death with the parent.
 * No session of its own inside: it is in the wrapper's, which has no terminal, and in its process group, by which the guard finds it.
 * @param bwrap absolute path of the program.
 * @param libraries what workerd is linked with.
 */
export const bubblewrapEnclosure = (bwrap: string, libraries: readonly string[]): Enclosure => ({
	kind: "bubblewrap",
	warning: null,
	commandLine: (program: EnclosedProgram): CommandLine => ({
		file: bwrap,
		args: [
			...["--unshare-all", "--unshare-user", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"],
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
