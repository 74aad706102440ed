import { LIMITS } from "../../../contract/limits.ts";
import type { RunFiles, VerbOutcome } from "../verb.ts";

export const done = (value: unknown): VerbOutcome => ({ kind: "done", value, cost: {} });

const missing = (message: string): VerbOutcome => ({ kind: "failed", code: "file_not_found", message, cost: {} });

/** A directory and nothing at all are told apart. */
export const notFound = (method: string, files: RunFiles, path: string): VerbOutcome =>
	files.list(`${path}/`).length > 0
		? missing(`${method}: ${path} is a directory, wanted a file`)
		: missing(`${method}: there is no file ${path}`);

/** The file was there when the call began and is not any more. */
export const gone = (method: string, path: string): VerbOutcome => missing(`${method}: there is no file ${path} any more`);

/** More than enters an isolate in one answer; says the ways there are. */
export const tooLarge = (method: string, path: string, bytes: number): VerbOutcome => ({
	kind: "failed",
	code: "response_too_large",
	message: `${method}: ${path} has ${bytes} bytes, wanted at most ${LIMITS.fileBytes} in one answer`,
	hint: "Read it in parts with read(path, { offset, length }) or stream(path), or leave it on the host with handle(path).",
	cost: {},
});
