import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunFiles, VerbOutcome } from "../verb.ts";

type ReadMethod = (files: RunFiles, path: string) => VerbOutcome;

const done = (value: unknown): VerbOutcome => ({ kind: "done", value, cost: {} });

const notFound = (method: string, files: RunFiles, path: string): VerbOutcome =>
	files.list(`${path}/`).length > 0
		? { kind: "failed", code: "file_not_found", message: `${method}: ${path} is a directory, wanted a file`, cost: {} }
		: { kind: "failed", code: "file_not_found", message: `${method}: there is no file ${path}`, cost: {} };

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

export const readBytes: ReadMethod = (files, path) => {
	const file = files.read(path);
	return file === null ? notFound("readBytes", files, path) : done(file.bytes);
};

/** A byte order mark stays in the text: what is read and written back is the same file. */
export const readText: ReadMethod = (files, path) => {
	const file = files.read(path);
	if (file === null) return notFound("readText", files, path);
	const text = decode(file.bytes, true);
	return text === null ? unreadable("readText", path, "not UTF-8 text", "Use readBytes for a file that is not text.") : done(text);
};

export const readJson: ReadMethod = (files, path) => {
	const file = files.read(path);
	if (file === null) return notFound("readJson", files, path);
	const text = decode(file.bytes, false);
	if (text === null) return unreadable("readJson", path, "not UTF-8 text, wanted JSON", "Use readBytes for a file that is not text.");
	const json = readBoundedJson(text, { depth: LIMITS.valueDepth, nodes: LIMITS.valueNodes });
	if (json.kind === "value") return done(json.value);
	return unreadable("readJson", path, `no JSON that can be given: ${json.why}`, "Use readText to see what is in it.");
};

export const statFile: ReadMethod = (files, path) => {
	const file = files.read(path);
	if (file !== null) return done({ path, kind: "file", bytes: file.bytes.length, modifiedAtMs: file.modifiedAtMs });
	const below = files.list(`${path}/`);
	if (below.length === 0) return notFound("stat", files, path);
	const bytes = below.reduce((sum, entry) => sum + entry.bytes, 0);
	return done({ path, kind: "directory", bytes, modifiedAtMs: Math.max(...below.map((entry) => entry.modifiedAtMs)) });
};

export const fileExists: ReadMethod = (files, path) => done(files.read(path) !== null || files.list(`${path}/`).length > 0);

/** Directories are not kept: one without files is the same as none, and lists as empty. */
export const listFiles: ReadMethod = (files, path) => {
	const below = files.list(`${path}/`);
	if (below.length === 0 && files.read(path) !== null) {
		return { kind: "failed", code: "file_not_found", message: `list: ${path} is a file, wanted a directory`, cost: {} };
	}
	return done(below.map(({ path: entry, bytes, modifiedAtMs }) => ({ path: entry, bytes, modifiedAtMs })));
};
