import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What is shown of the libraries when `ldd` cannot say which ones are needed: all of them, read-only; they hold no data. */
const ALL_LIBRARIES = ["/lib", "/lib64", "/usr/lib"];

/**
 * Shared libraries, and the loader, that programs are linked with: absolute paths, each once. Only these are shown inside an enclosure.
 * Runs `ldd`, hence never on a file that is not ours.
 */
export const sharedLibraries = async (programs: readonly string[]): Promise<readonly string[]> => {
	try {
		const outputs = await Promise.all(programs.map((program) => promisify(execFile)("ldd", [program], { timeout: 5_000 })));
		const paths = outputs.flatMap(({ stdout }) => [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? ""));
		const found = [...new Set(paths)].filter((path) => path !== "");
		return found.length === 0 ? ALL_LIBRARIES : found;
	} catch {
		return ALL_LIBRARIES;
	}
};
