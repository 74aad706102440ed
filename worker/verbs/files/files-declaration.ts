import { LIMITS } from "../../../contract/limits.ts";
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
	 * A file has at most ${scope.fileBytes} bytes, and at most ${Math.min(scope.fileBytes, LIMITS.fileBytes)} when it is written as text, JSON or bytes or read at once;
	 * one call carries at most ${LIMITS.argumentBytes} bytes of encoded arguments (bytes travel as base64): write the first part and append the others;
	 * all that is written at most ${scope.totalBytes} bytes in ${scope.count} files. What lies below /workspace/tmp dies with the run.
	 */
	/** The file's text; refused when it is not UTF-8. */
	readText(path: string): Promise<string>;
	/** The file's JSON, parsed. */
	readJson(path: string): Promise<unknown>;
	/** The file's bytes. */
	readBytes(path: string): Promise<Uint8Array>;
	readBytes(path: string, options: { as: "handle" }): Promise<{ handle: string; bytes: number; type: string }>;
	/** A part of a file of any size: fewer bytes at its end, none beyond. At most ${LIMITS.fileBytes} bytes, which is what \`length\` is when it is left out. */
	read(path: string, range: { offset?: number; length?: number }): Promise<Uint8Array>;
	/** A file of any size in parts, for \`for await\`. */
	stream(path: string): AsyncIterable<Uint8Array> & { readonly result: Promise<{ bytes: number }> };
	/** The file as a handle: it stays on the host, and other grants of this run take the handle in place of content. */
	handle(path: string, options?: { type?: string }): Promise<{ handle: string; bytes: number; type: string }>;
	/** Creates or replaces a file. */
	writeText(path: string, text: string): Promise<void>;
	/** Creates or replaces a file with the value as JSON. */
	writeJson(path: string, value: unknown): Promise<void>;
	/** Creates or replaces a file. */
	writeBytes(path: string, bytes: Uint8Array): Promise<void>;
	/** Creates or replaces a file with text, bytes, or what a handle of this run stands for. */
	write(path: string, content: string | Uint8Array | { handle: string }): Promise<void>;
	/** Adds to the end of a file, or creates it. */
	append(path: string, content: string | Uint8Array): Promise<void>;
	/** Creates or replaces a file with another one's content. */
	copy(from: string, to: string): Promise<void>;
	/** Gives a file another path; what was there is replaced. */
	move(from: string, to: string): Promise<void>;
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
