import type { CommandLine, EnclosedProgram, Enclosure } from "./enclosure.ts";

const shown = (paths: readonly string[]): string[] => paths.flatMap((path) => ["--ro-bind", path, path]);

/**
 * Encloses with bubblewrap: all namespaces new, a root that holds workerd, its libraries and the process's own folder, and death with the parent.
 * @param bwrap absolute path of the program.
 * @param libraries what workerd is linked with.
 */
export const bubblewrapEnclosure = (bwrap: string, libraries: readonly string[]): Enclosure => ({
	kind: "bubblewrap",
	warning: null,
	commandLine: (program: EnclosedProgram): CommandLine => ({
		file: bwrap,
		args: [
			...["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"],
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
