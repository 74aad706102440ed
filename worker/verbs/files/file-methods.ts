import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { HANDLE_WANTED, isHandleText } from "../handle-text.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { Act, Preparation, RunFiles } from "../verb.ts";
import { AsHandle, Bytes, Content, HandleOptions, Path, RangeOptions, Text, TextOrBytes } from "./file-arguments.ts";
import { notFound } from "./file-outcomes.ts";
import type { FileScope } from "./files-grant.ts";
import { jsonFault } from "./json-fault.ts";
import { atPaths } from "./prepare-at.ts";
import { fileExists, type Look, listFiles, type Reader, readBytes, readJson, readText, statFile } from "./read-file.ts";
import { readStored, readStoredRange, shareFile, storeFile, streamFile } from "./stored-file.ts";
import { appendFile, copyFile, keepHandle, moveFile, writeFile } from "./write-file.ts";

/** Prepares a call of one method with its decoded arguments. */
export type FileMethod = (scope: FileScope, args: readonly unknown[]) => Preparation;

const ENCODER = new TextEncoder();
const BYTES_TYPE = "application/octet-stream";

const inObject = (perform: (files: RunFiles) => ReturnType<Look>): Act => ({
	where: "object",
	perform: (store) => perform(store.files),
});

const look =
	(method: string, wanted: "read" | "write", perform: Look): FileMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Path]), args);
		if (parsed.kind === "invalid") return parsed;
		const [path] = parsed.values;
		return atPaths(method, scope, [{ path, wanted }], () => inObject((files) => perform(files, path)));
	};

/** Reads the whole of a file: here, or on the host where its content lies in the store. */
const reading = (method: string, path: string, reader: Reader): Act => ({
	where: "object",
	perform: (store) => {
		const file = store.files.read(path);
		return file === null ? notFound(method, store.files, path) : reader(path, file.bytes);
	},
	otherwise: { when: ({ files }) => files.isStored(path), perform: (context) => readStored(method, path, reader, context) },
});

const readWhole =
	(method: string, reader: Reader): FileMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Path]), args);
		if (parsed.kind === "invalid") return parsed;
		const [path] = parsed.values;
		return atPaths(method, scope, [{ path, wanted: "read" }], () => reading(method, path, reader));
	};

/** A file as a handle: one more name for what lies in the store; what lies in the object is copied there. */
const asHandle = (method: string, path: string, type: string): Act => ({
	where: "object",
	perform: (store) => {
		const files = store.files;
		return files.isStored(path) ? shareFile(files, path, type) : notFound(method, files, path);
	},
	otherwise: {
		when: (store) => !store.files.isStored(path) && store.files.stat(path) !== null,
		perform: (context) => storeFile(path, type, context),
	},
});

const bytesOrHandle: FileMethod = (scope, args) => {
	const parsed = parseArguments("readBytes", z.tuple([Path, AsHandle]), args);
	if (parsed.kind === "invalid") return parsed;
	const [path, options] = parsed.values;
	return atPaths("readBytes", scope, [{ path, wanted: "read" }], () =>
		options === undefined ? reading("readBytes", path, readBytes) : asHandle("readBytes", path, BYTES_TYPE),
	);
};

const handle: FileMethod = (scope, args) => {
	const parsed = parseArguments("handle", z.tuple([Path, HandleOptions]), args);
	if (parsed.kind === "invalid") return parsed;
	const [path, options] = parsed.values;
	return atPaths("handle", scope, [{ path, wanted: "read" }], () => asHandle("handle", path, options?.type ?? BYTES_TYPE));
};

const readRange: FileMethod = (scope, args) => {
	const parsed = parseArguments("read", z.tuple([Path, RangeOptions]), args);
	if (parsed.kind === "invalid") return parsed;
	const [path, { offset = 0, length = LIMITS.fileBytes }] = parsed.values;
	const slice: Reader = (_path, bytes) => ({ kind: "done", value: bytes.slice(offset, offset + length), cost: {} });
	return atPaths("read", scope, [{ path, wanted: "read" }], () => ({
		...reading("read", path, slice),
		otherwise: { when: ({ files }) => files.isStored(path), perform: (context) => readStoredRange(path, { offset, length }, context) },
	}));
};

const stream: FileMethod = (scope, args) => {
	const parsed = parseArguments("stream", z.tuple([Path]), args);
	if (parsed.kind === "invalid") return parsed;
	const [path] = parsed.values;
	return atPaths("stream", scope, [{ path, wanted: "read" }], () => ({ where: "host", perform: (context) => streamFile(path, context) }));
};

type Encoded = { kind: "bytes"; bytes: Uint8Array } | { kind: "invalid"; message: string };
type Put = (method: string, files: RunFiles, path: string, bytes: Uint8Array, scope: FileScope) => ReturnType<Look>;

const onContent =
	<Value>(method: string, schema: z.ZodType<Value>, toBytes: (value: Value) => Encoded, put: Put = writeFile): FileMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Path, schema]), args);
		if (parsed.kind === "invalid") return parsed;
		const [path, value] = parsed.values;
		const content = toBytes(value);
		if (content.kind === "invalid") return content;
		return atPaths(method, scope, [{ path, wanted: "write" }], () => inObject((files) => put(method, files, path, content.bytes, scope)));
	};

const contentBytes = (content: string | Uint8Array): Encoded => ({
	kind: "bytes",
	bytes: typeof content === "string" ? ENCODER.encode(content) : content,
});

const jsonBytes = (value: unknown): Encoded => {
	const fault = jsonFault(value);
	if (fault !== null) return { kind: "invalid", message: `writeJson argument 2${fault}` };
	return contentBytes(JSON.stringify(value));
};

const write: FileMethod = (scope, args) => {
	const parsed = parseArguments("write", z.tuple([Path, Content]), args);
	if (parsed.kind === "invalid") return parsed;
	const [path, content] = parsed.values;
	if (typeof content === "string" && isHandleText(content))
		return { kind: "invalid", message: `write argument 2: found a handle's id, wanted ${HANDLE_WANTED}` };
	if (typeof content === "string" || content instanceof Uint8Array)
		return onContent("write", TextOrBytes, contentBytes)(scope, [path, content]);
	return atPaths("write", scope, [{ path, wanted: "write" }], () => inObject((files) => keepHandle(files, path, content.handle, scope)));
};

const between =
	(
		method: string,
		wanted: "read" | "write",
		perform: (files: RunFiles, from: string, to: string, scope: FileScope) => ReturnType<Look>,
	): FileMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Path, Path]), args);
		if (parsed.kind === "invalid") return parsed;
		const [from, to] = parsed.values;
		const paths = [
			{ path: from, wanted },
			{ path: to, wanted: "write" as const },
		];
		return atPaths(method, scope, paths, () => inObject((files) => perform(files, from, to, scope)));
	};

/** Methods whose answer comes in parts. */
export const STREAMED_FILE_METHODS: readonly string[] = ["stream"];

/** Every method of a files grant by its name. */
export const FILE_METHODS: ReadonlyMap<string, FileMethod> = new Map([
	["readText", readWhole("readText", readText)],
	["readJson", readWhole("readJson", readJson)],
	["readBytes", bytesOrHandle],
	["read", readRange],
	["stream", stream],
	["handle", handle],
	["writeText", onContent("writeText", Text, contentBytes)],
	["writeJson", onContent("writeJson", z.unknown(), jsonBytes)],
	["writeBytes", onContent("writeBytes", Bytes, contentBytes)],
	["write", write],
	["append", onContent("append", TextOrBytes, contentBytes, appendFile)],
	["copy", between("copy", "read", copyFile)],
	["move", between("move", "write", moveFile)],
	["list", look("list", "read", listFiles)],
	["stat", look("stat", "read", statFile)],
	["exists", look("exists", "read", fileExists)],
	["delete", look("delete", "write", (files, path) => ({ kind: "done", value: files.delete(path), cost: {} }))],
]);
