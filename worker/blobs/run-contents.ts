import { newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { AgentPort, Env } from "../env.ts";
import type { Content, HostContents, Storing } from "../verbs/verb.ts";
import { handleKey } from "./blob-keys.ts";
import { writeBlob } from "./write-blob.ts";

/** Whose contents: one attempt of one run, for as long as it is live. */
export interface ContentsOwner {
	readonly tenantId: string;
	readonly runId: string;
	readonly attempt: number;
}

type Store = Pick<Env, "BLOBS">;
const FILE_TYPE = "application/octet-stream";

/**
 * A run's contents on the host. The bytes lie in the store, what they are in the agent's object: a handle exists once the object has taken it, and only
 * for the run that made it.
 */
export const runContents = (env: Store, object: AgentPort, owner: ContentsOwner): HostContents => ({
	store: (body, as) => storeContent(env, object, owner, body, as),
	open: async (handle) => {
		const found = await object.findHandle({ ...owner, handle });
		return found === null ? null : await openBlob(env, found);
	},
	openFile: async (path) => {
		const found = await object.findFile(owner.runId, path);
		if (found === null) return null;
		return found.kind === "blob" ? await openBlob(env, found) : bytesContent(found.bytes);
	},
	openRange: async (path, offset, length) => {
		const found = await object.findFile(owner.runId, path);
		if (found === null) return null;
		return found.kind === "blob"
			? await openPart(env, found.key, offset, length)
			: bytesContent(found.bytes.slice(offset, offset + length));
	},
	keepAsFile: (path, handle) => object.keepAsFile({ ...owner, path, handle }),
});

/** The object knows of the content before a byte of it is written, so that nothing stays in the store that nobody knows of, whatever dies here. */
const storeContent = async (
	env: Store,
	object: AgentPort,
	owner: ContentsOwner,
	body: ReadableStream<Uint8Array> | Uint8Array,
	as: { type: string; mostBytes: number },
): Promise<Storing> => {
	const handle = newId("hdl");
	const key = handleKey(owner.tenantId, owner.runId, handle);
	const named = { ...owner, handle, type: as.type, key };
	const begun = await object.takeHandle({ ...named, arrival: { kind: "begins" } });
	if (begun !== "taken") {
		if (!(body instanceof Uint8Array)) body.cancel().catch(() => {});
		return refuse(begun);
	}
	const giveUp = async (): Promise<void> => {
		await env.BLOBS.delete(key);
		await object.takeHandle({ ...named, arrival: { kind: "gone" } });
	};
	const mostBytes = Math.min(as.mostBytes, LIMITS.contentBytes);
	try {
		const written = await writeBlob(env.BLOBS, key, body instanceof Uint8Array ? new Blob([new Uint8Array(body)]).stream() : body, {
			type: as.type,
			mostBytes,
		});
		if (written.kind === "too_large") {
			await giveUp();
			return { kind: "too_large", message: `it has more than ${mostBytes} bytes, the most that may be kept` };
		}
		const taken = await object.takeHandle({ ...named, arrival: { kind: "written", bytes: written.bytes } });
		if (taken === "taken") return { kind: "stored", handle: { handle, bytes: written.bytes, type: as.type } };
		await giveUp();
		return refuse(taken);
	} catch (error) {
		await giveUp();
		throw error;
	}
};

const refuse = (why: "quota" | "run_ended"): Storing => ({
	kind: "too_large",
	message:
		why === "quota"
			? `the run keeps ${LIMITS.handlesPerRun} handles, or ${LIMITS.contentTotalBytes} bytes behind them, on the host, the most it may`
			: "the run is over",
});

const bytesContent = (bytes: Uint8Array): Content => ({
	bytes: bytes.byteLength,
	type: FILE_TYPE,
	body: new Blob([new Uint8Array(bytes)]).stream(),
});

const openBlob = async (env: Store, found: { key: string; type: string }): Promise<Content | null> => {
	const blob = await env.BLOBS.get(found.key);
	return blob === null ? null : { bytes: blob.size, type: found.type, body: blob.body };
};

/** The store refuses a range that begins at the end or past it; here that is nothing. */
const openPart = async (env: Store, key: string, offset: number, length: number): Promise<Content | null> => {
	const whole = await env.BLOBS.head(key);
	if (whole === null) return null;
	const bytes = Math.min(length, whole.size - offset);
	if (bytes <= 0) return bytesContent(new Uint8Array(0));
	const part = await env.BLOBS.get(key, { range: { offset, length: bytes } });
	return part === null ? null : { bytes, type: FILE_TYPE, body: part.body };
};
