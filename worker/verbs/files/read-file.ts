import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { FileEntry, RunFiles, VerbOutcome } from "../verb.ts";
import { done, notFound } from "./file-outcomes.ts";

/** What a reading method makes of a file's bytes. */
export type Reader = (path: string, bytes: Uint8Array) => VerbOutcome;
/** What a method tells of what there is, without looking into files. */
export type Look = (files: RunFiles, path: string) => VerbOutcome;

const unreadable = (method: string, path: string, found: string, hint: string): VerbOutcome => ({
	kind: "failed",
	code: "invalid_arguments",
	message: `${method}: ${path} is ${found}`,
	hint,
	cost: {},
});

/** The text of UTF-8 bytes, or null when they are none: a replacement character would change the file without a word. */
const decode = (bytes: Uint8Array, ignoreBOM: boolean): string | null => {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM }).decode(bytes);
	} catch {
		return null;
	}
};

export const readBytes: Reader = (_path, bytes) => done(bytes);

/** A byte order mark stays in the text: what is read and written back is the same file. */
export const readText: Reader = (path, bytes) => {
	const text = decode(bytes, true);
	return text === null ? unreadable("readText", path, "not UTF-8 text", "Use readBytes for a file that is not text.") : done(text);
};

export const readJson: Reader = (path, bytes) => {
	const text = decode(bytes, false);
	if (text === null) return unreadable("readJson", path, "not UTF-8 text, wanted JSON", "Use readBytes for a file that is not text.");
	const json = readBoundedJson(text, { depth: LIMITS.valueDepth, nodes: LIMITS.valueNodes });
	if (json.kind === "value") return done(json.value);
	return unreadable("readJson", path, `no JSON that can be given: ${json.why}`, "Use readText to see what is in it.");
};

export const statFile: Look = (files, path) => {
	const file = files.stat(path);
	if (file !== null) return done({ path, kind: "file", bytes: file.bytes, modifiedAtMs: file.modifiedAtMs });
	const below = files.list(`${path}/`);
	if (below.length === 0) return notFound("stat", files, path);
	const bytes = below.reduce((sum, entry) => sum + entry.bytes, 0);
	return done({ path, kind: "directory", bytes, modifiedAtMs: Math.max(...below.map((entry) => entry.modifiedAtMs)) });
};

export const fileExists: Look = (files, path) => done(files.stat(path) !== null || files.list(`${path}/`).length > 0);

/** Directories are not kept: one without files is the same as none, and lists as empty. */
export const listFiles: Look = (files, path) => {
	const below: readonly FileEntry[] = files.list(`${path}/`);
	if (below.length === 0 && files.stat(path) !== null) {
		return { kind: "failed", code: "file_not_found", message: `list: ${path} is a file, wanted a directory`, cost: {} };
	}
	return done(below.map(({ path: entry, bytes, modifiedAtMs }) => ({ path: entry, bytes, modifiedAtMs })));
};
