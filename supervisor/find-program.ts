import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Absolute path of a program on PATH or in the system's own folders, or null when it is not installed. */
export const findProgram = (name: string): string | null => {
	const { PATH = "" } = process.env;
	const folders = [...PATH.split(delimiter), "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
	for (const folder of folders) {
		if (!folder.startsWith("/")) continue;
		try {
			accessSync(join(folder, name), constants.X_OK);
			return join(folder, name);
		} catch {
			// Not here; the next folder may have it.
		}
	}
	return null;
};
