import { z } from "zod";
import { deniedCall } from "../denied-call.ts";
import { describeValue } from "../describe-value.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { Preparation, RunFiles, VerbOutcome } from "../verb.ts";
import { pathFault } from "./check-path.ts";
import { coveringMount, type MountMode } from "./covering-mount.ts";
import type { FileScope } from "./files-grant.ts";
import { jsonFault } from "./json-fault.ts";
import { fileExists, listFiles, readBytes, readJson, readText, statFile } from "./read-file.ts";
import { writeFile } from "./write-file.ts";

/** Prepares a call of one method with its decoded arguments. */
export type FileMethod = (scope: FileScope, args: readonly unknown[]) => Preparation;

const ENCODER = new TextEncoder();
const Path = z.string({ error: "a path, which is a string" });
const Text = z.string({ error: "a string" }).refine((text) => text.isWellFormed(), { error: "text without half surrogate pairs" });
const Bytes = z.instanceof(Uint8Array, { error: "a Uint8Array" });

/** Decides whether the grant covers the path, once, and hands that very path to the act. */
const prepareAt = (
	method: string,
	scope: FileScope,
	path: string,
	wanted: MountMode,
	perform: (files: RunFiles) => VerbOutcome,
): Preparation => {
	const effect = wanted;
	const deny = (state: string, hint: string): Preparation => ({
		kind: "prepared",
		call: deniedCall({ effect, code: "file_denied", message: `${method}: ${state}`, hint }),
	});
	const fault = pathFault(path);
	if (fault !== null)
		return deny(`the path ${describeValue(path)} is refused: ${fault}`, "Use an absolute path such as /workspace/input/a.csv.");
	const mount = coveringMount(scope.mounts, path);
	if (mount === null) return deny(`${path} is in no mount of the grant`, `Allowed: ${mountsText(scope)}.`);
	if (wanted === "write" && mount.mode === "read")
		return deny(`${mount.path} is mounted for reading only`, `Allowed: ${mountsText(scope)}.`);
	return {
		kind: "prepared",
		call: {
			effect,
			// Acts in one transaction with its record, so that a repeat either finds the record or nothing done.
			idempotent: true,
			decision: { kind: "allowed", rule: `${wanted} in ${mount.path}` },
			worstCost: {},
			act: { where: "object", perform },
		},
	};
};

const mountsText = (scope: FileScope): string => scope.mounts.map((mount) => `${mount.path} (${mount.mode})`).join(", ");

const onPath =
	(method: string, wanted: MountMode, perform: (files: RunFiles, path: string) => VerbOutcome): FileMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Path]), args);
		if (parsed.kind === "invalid") return parsed;
		const [path] = parsed.values;
		return prepareAt(method, scope, path, wanted, (files) => perform(files, path));
	};

type Content = { kind: "bytes"; bytes: Uint8Array } | { kind: "invalid"; message: string };

const onContent =
	<Value>(method: string, schema: z.ZodType<Value>, toBytes: (value: Value) => Content): FileMethod =>
	(scope, args) => {
		const parsed = parseArguments(method, z.tuple([Path, schema]), args);
		if (parsed.kind === "invalid") return parsed;
		const [path, value] = parsed.values;
		const content = toBytes(value);
		if (content.kind === "invalid") return content;
		return prepareAt(method, scope, path, "write", (files) => writeFile(method, files, path, content.bytes, scope));
	};

const jsonBytes = (value: unknown): Content => {
	const fault = jsonFault(value);
	if (fault !== null) return { kind: "invalid", message: `writeJson argument 2${fault}` };
	return { kind: "bytes", bytes: ENCODER.encode(JSON.stringify(value)) };
};

/** Every method of a files grant by its name. */
export const FILE_METHODS: ReadonlyMap<string, FileMethod> = new Map([
	["readText", onPath("readText", "read", readText)],
	["readJson", onPath("readJson", "read", readJson)],
	["readBytes", onPath("readBytes", "read", readBytes)],
	["writeText", onContent("writeText", Text, (text) => ({ kind: "bytes", bytes: ENCODER.encode(text) }))],
	["writeJson", onContent("writeJson", z.unknown(), jsonBytes)],
	["writeBytes", onContent("writeBytes", Bytes, (bytes) => ({ kind: "bytes", bytes }))],
	["list", onPath("list", "read", listFiles)],
	["stat", onPath("stat", "read", statFile)],
	["exists", onPath("exists", "read", fileExists)],
	["delete", onPath("delete", "write", (files, path) => ({ kind: "done", value: files.delete(path), cost: {} }))],
]);
