import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { CreateRun } from "../../contract/runs.ts";
import { pathFault } from "../verbs/files/check-path.ts";

/** A request's files as bytes, each at a canonical path below /workspace. @throws Refusal `invalid_request` that names the path. */
export const inputFiles = (files: NonNullable<CreateRun["files"]>): { path: string; bytes: Uint8Array }[] => {
	const entries = Object.entries(files);
	if (entries.length > LIMITS.filesPerRun) throw refuse("files", `found ${entries.length} files, wanted at most ${LIMITS.filesPerRun}`);
	return entries.map(([path, file]) => {
		const wrong = pathFault(path);
		if (wrong !== null) throw refuse(`files[${JSON.stringify(path.slice(0, 80))}]`, wrong);
		if (!path.startsWith("/workspace/")) throw refuse(`files[${JSON.stringify(path.slice(0, 80))}]`, "wanted a path below /workspace");
		const bytes = "text" in file ? new TextEncoder().encode(file.text) : Uint8Array.from(atob(file.base64), (char) => char.charCodeAt(0));
		if (bytes.byteLength > LIMITS.fileBytes)
			throw refuse(`files[${JSON.stringify(path)}]`, `found ${bytes.byteLength} bytes, wanted at most ${LIMITS.fileBytes}`);
		return { path, bytes };
	});
};

const refuse = (path: string, what: string): Refusal => new Refusal("invalid_request", `Starting a run: ${path}: ${what}`);
