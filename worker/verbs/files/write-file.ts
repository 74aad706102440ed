import { LIMITS } from "../../../contract/limits.ts";
import type { RunFiles, VerbOutcome } from "../verb.ts";
import { coveringMount } from "./covering-mount.ts";
import { notFound } from "./file-outcomes.ts";
import { FILES_ROOT, type FileScope } from "./files-grant.ts";

const DONE: VerbOutcome = { kind: "done", value: null, cost: {} };
const RUN_FULL = `the run's files are at their limit of ${LIMITS.filesPerRun} files, ${LIMITS.fileTotalBytes} bytes of them in the workspace itself`;

const full = (method: string, state: string): VerbOutcome => ({
	kind: "failed",
	code: "quota_exceeded",
	message: `${method}: ${state}`,
	cost: {},
});

/** A file as it will be. `leaving`: one that goes away in the same step. */
interface Coming {
	readonly path: string;
	readonly bytes: number;
	readonly leaving?: string;
}

/** Why there is no room for a file: the tree of files, or the grant's limits. Null: there is. */
const roomFault = (method: string, files: RunFiles, { path, bytes, leaving }: Coming, scope: FileScope): VerbOutcome | null => {
	if (bytes > scope.fileBytes) return full(method, `the file would have ${bytes} bytes, wanted at most ${scope.fileBytes}`);
	const others = files.list(`${FILES_ROOT}/`).filter((entry) => entry.path !== path && entry.path !== leaving);
	const clash = others.find((entry) => entry.path.startsWith(`${path}/`) || path.startsWith(`${entry.path}/`));
	if (clash !== undefined) {
		const found = clash.path.length > path.length ? `${path} is a directory` : `${clash.path} is a file`;
		return { kind: "failed", code: "file_denied", message: `${method}: ${found}, wanted a path that is free`, cost: {} };
	}
	const writable = others.filter((entry) => coveringMount(scope.mounts, entry.path)?.mode === "write");
	if (writable.length + 1 > scope.count) return full(method, `the grant's ${scope.count} files are there already`);
	const total = writable.reduce((sum, entry) => sum + entry.bytes, bytes);
	return total > scope.totalBytes ? full(method, `the files would have ${total} bytes, wanted at most ${scope.totalBytes}`) : null;
};

/** Creates or replaces a file within the grant's limits and the run's own. Nothing is written when it is refused. */
export const writeFile = (method: string, files: RunFiles, path: string, bytes: Uint8Array, scope: FileScope): VerbOutcome => {
	if (bytes.length > LIMITS.fileBytes)
		return full(method, `the file has ${bytes.length} bytes, wanted at most ${LIMITS.fileBytes}, or a handle`);
	const fault = roomFault(method, files, { path, bytes: bytes.length }, scope);
	if (fault !== null) return fault;
	return files.write(path, bytes) === "quota" ? full(method, RUN_FULL) : DONE;
};

/** Adds to the end of a file, or creates it. A file whose content lies in the store is as it is: it was written whole. */
export const appendFile = (method: string, files: RunFiles, path: string, bytes: Uint8Array, scope: FileScope): VerbOutcome => {
	const before = files.stat(path)?.bytes ?? 0;
	if (files.isStored(path)) {
		const message = `${method}: ${path} lies in the store with ${before} bytes, wanted a file that was written with text or bytes`;
		return { kind: "failed", code: "file_denied", message, hint: "Write to another path.", cost: {} };
	}
	const after = before + bytes.length;
	if (after > LIMITS.fileBytes) return full(method, `the file would have ${after} bytes, wanted at most ${LIMITS.fileBytes}`);
	const fault = roomFault(method, files, { path, bytes: after }, scope);
	if (fault !== null) return fault;
	return files.append(path, bytes) === "quota" ? full(method, RUN_FULL) : DONE;
};

/** Makes or replaces a file with another one's content. */
export const copyFile = (files: RunFiles, from: string, to: string, scope: FileScope): VerbOutcome => {
	const file = files.stat(from);
	if (file === null) return notFound("copy", files, from);
	if (from === to) return DONE;
	const fault = roomFault("copy", files, { path: to, bytes: file.bytes }, scope);
	if (fault !== null) return fault;
	return files.copy(from, to) === "quota" ? full("copy", RUN_FULL) : DONE;
};

/** Gives a file another path. */
export const moveFile = (files: RunFiles, from: string, to: string, scope: FileScope): VerbOutcome => {
	const file = files.stat(from);
	if (file === null) return notFound("move", files, from);
	if (from === to) return DONE;
	const fault = roomFault("move", files, { path: to, bytes: file.bytes, leaving: from }, scope);
	if (fault !== null) return fault;
	files.move(from, to);
	return DONE;
};

/** Makes a handle's content a file as well; the bytes stay where they are. */
export const keepHandle = (files: RunFiles, path: string, handle: string, scope: FileScope): VerbOutcome => {
	const bytes = files.handleBytes(handle);
	if (bytes === null) return noHandle;
	const fault = roomFault("write", files, { path, bytes }, scope);
	if (fault !== null) return fault;
	switch (files.keep(path, handle)) {
		case "written":
			return DONE;
		case "quota":
			return full("write", RUN_FULL);
		case "no_handle":
			return noHandle;
	}
};

const noHandle: VerbOutcome = {
	kind: "failed",
	code: "invalid_arguments",
	message: "write argument 2.handle: there is no such handle in this run",
	hint: "A handle means something only in the run that made it.",
	cost: {},
};
