import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext, RunFiles, VerbOutcome } from "../verb.ts";
import { done, gone, tooLarge } from "./file-outcomes.ts";
import type { Reader } from "./read-file.ts";

const collect = async (body: ReadableStream<Uint8Array>): Promise<Uint8Array> => new Uint8Array(await new Response(body).arrayBuffer());

/** Reads a file whose content lies in the store, if it is small enough for one answer. */
export const readStored = async (method: string, path: string, reader: Reader, { contents }: CallContext): Promise<VerbOutcome> => {
	const content = await contents.openFile(path);
	if (content === null) return gone(method, path);
	if (content.bytes <= LIMITS.fileBytes) return reader(path, await collect(content.body));
	await content.body.cancel();
	return tooLarge(method, path, content.bytes);
};

/** Reads a part of a file whose content lies in the store. */
export const readStoredRange = async (path: string, range: Range, { contents }: CallContext): Promise<VerbOutcome> => {
	const content = await contents.openRange(path, range.offset, range.length);
	return content === null ? gone("read", path) : done(await collect(content.body));
};

/** A part of a file, bytes. */
export interface Range {
	readonly offset: number;
	readonly length: number;
}

/** Sends a file in parts of `streamPartBytes`, the last one shorter. The call's value is how many bytes were sent. */
export const streamFile = async (path: string, { contents, emit, signal }: CallContext): Promise<VerbOutcome> => {
	const content = await contents.openFile(path);
	if (content === null) return gone("stream", path);
	const reader = content.body.getReader();
	let part = new Uint8Array(LIMITS.streamPartBytes);
	let length = 0;
	let sent = 0;
	const send = async (): Promise<void> => {
		if (length === 0) return;
		await emit(part.subarray(0, length));
		sent += length;
		part = new Uint8Array(LIMITS.streamPartBytes);
		length = 0;
	};
	try {
		for (let read = await reader.read(); !read.done; read = await reader.read()) {
			for (let at = 0; at < read.value.length; ) {
				const taken = read.value.subarray(at, at + part.length - length);
				part.set(taken, length);
				length += taken.length;
				at += taken.length;
				if (length === part.length) await send();
			}
			if (signal.aborted) return await stop(reader, path, sent, content.bytes);
		}
		await send();
		return done({ bytes: sent });
	} catch {
		return await stop(reader, path, sent, content.bytes);
	}
};

const stop = async (reader: ReadableStreamDefaultReader<Uint8Array>, path: string, sent: number, bytes: number): Promise<VerbOutcome> => {
	await reader.cancel().catch(() => {});
	const message = `stream: ${sent} of the ${bytes} bytes of ${path} were read in the time that a call has, or nobody read on`;
	return { kind: "failed", code: "upstream_timeout", message, hint: "Read the rest with read(path, { offset, length }).", cost: {} };
};

/** Makes a handle of a file whose content lies in the store: one more name for the same bytes. */
export const shareFile = (files: RunFiles, path: string, type: string): VerbOutcome => {
	const handle = newId("hdl");
	const bytes = files.stat(path)?.bytes ?? 0;
	if (files.share(path, handle, type) === "shared") return done({ handle, bytes, type });
	return noRoom(`the run has ${LIMITS.handlesPerRun} handles, the most it may`);
};

/** Makes a handle of a file whose content lies in the agent's object: a copy of it, as it is now, goes to the store. */
export const storeFile = async (path: string, type: string, { contents }: CallContext): Promise<VerbOutcome> => {
	const content = await contents.openFile(path);
	if (content === null) return gone("handle", path);
	const storing = await contents.store(content.body, { type, mostBytes: LIMITS.contentBytes });
	return storing.kind === "stored" ? done(storing.handle) : noRoom(storing.message);
};

const noRoom = (state: string): VerbOutcome => ({ kind: "failed", code: "quota_exceeded", message: `handle: ${state}`, cost: {} });
