import { commentText } from "../comment-text.ts";
import type { FileScope } from "./files-grant.ts";

/** The TypeScript type of `env.<name>` for a files grant. */
export const filesDeclaration = (scope: FileScope): string => {
	const lines = scope.mounts.map(
		(mount) => `	 * - ${commentText(mount.path)}: ${mount.mode === "write" ? "read and write" : "read only"}`,
	);
	return `{
	/*
	 * Files of this run. Paths are absolute and exact:
${lines.join("\n")}
	 * A file that is written has at most ${scope.fileBytes} bytes; all that is written at most ${scope.totalBytes} bytes in ${scope.count} files.
	 */
	/** The file's text; refused when it is not UTF-8. */
	readText(path: string): Promise<string>;
	/** The file's JSON, parsed. */
	readJson(path: string): Promise<unknown>;
	/** The file's bytes. */
	readBytes(path: string): Promise<Uint8Array>;
	/** Creates or replaces a file. */
	writeText(path: string, text: string): Promise<void>;
	/** Creates or replaces a file with the value as JSON. */
	writeJson(path: string, value: unknown): Promise<void>;
	/** Creates or replaces a file. */
	writeBytes(path: string, bytes: Uint8Array): Promise<void>;
	/** Files below a directory at any depth, sorted by path. */
	list(path: string): Promise<{ path: string; bytes: number; modifiedAtMs: number }[]>;
	/** What is at the path; fails with \`file_not_found\` when nothing is. */
	stat(path: string): Promise<{ path: string; kind: "file" | "directory"; bytes: number; modifiedAtMs: number }>;
	/** Whether a file or a directory is at the path. */
	exists(path: string): Promise<boolean>;
	/** Deletes a file; false when there was none. */
	delete(path: string): Promise<boolean>;
}`;
};
