import type { RunFiles, VerbOutcome } from "../verb.ts";
import { coveringMount } from "./covering-mount.ts";
import { FILES_ROOT, type FileScope } from "./files-grant.ts";

/** Creates or replaces a file within the grant's limits and the run's own. Nothing is written when it is refused. */
export const writeFile = (method: string, files: RunFiles, path: string, bytes: Uint8Array, scope: FileScope): VerbOutcome => {
	if (bytes.length > scope.fileBytes) return full(method, `the file has ${bytes.length} bytes, wanted at most ${scope.fileBytes}`);
	const others = files.list(`${FILES_ROOT}/`).filter((entry) => entry.path !== path);
	const clash = others.find((entry) => entry.path.startsWith(`${path}/`) || path.startsWith(`${entry.path}/`));
	if (clash !== undefined) {
		const found = clash.path.length > path.length ? `${path} is a directory` : `${clash.path} is a file`;
		return { kind: "failed", code: "file_denied", message: `${method}: ${found}, wanted a path that is free`, cost: {} };
	}
	const writable = others.filter((entry) => coveringMount(scope.mounts, entry.path)?.mode === "write");
	if (writable.length + 1 > scope.count) return full(method, `the grant's ${scope.count} files are there already`);
	const total = writable.reduce((sum, entry) => sum + entry.bytes, bytes.length);
	if (total > scope.totalBytes) return full(method, `the files would have ${total} bytes, wanted at most ${scope.totalBytes}`);
	if (files.write(path, bytes) === "quota") return full(method, "the run's files are at their limit");
	return { kind: "done", value: null, cost: {} };
};

const full = (method: string, state: string): VerbOutcome => ({
	kind: "failed",
	code: "quota_exceeded",
	message: `${method}: ${state}`,
	cost: {},
});
