import { LIMITS } from "../../contract/limits.ts";
import { datasetKey } from "../blobs/blob-keys.ts";
import { writeBlob } from "../blobs/write-blob.ts";
import type { Env } from "../env.ts";
import type { Authority } from "./attempt-token.ts";
import { IMAGE_TYPE, sendBlob } from "./import-calls.ts";

/** The dataset that a call acts on, as it was when the call began. */
export interface CallDataset {
	readonly name: string;
	readonly resourceId: string;
	readonly version: number;
	readonly key: string;
	readonly bytes: number;
}

/** A call that waits for an engine's answer. `Call` is what its end needs. */
export interface OpenCall<Call> {
	readonly authority: Authority;
	readonly dataset: CallDataset;
	readonly writes: boolean;
	readonly call: Call;
	readonly expiresAtMs: number;
	imageReads: number;
	/** The changed image, once it was sent. */
	saved: { readonly key: string; readonly bytes: number } | "saving" | null;
	/** Whether its end was taken: an image that is whole only then belongs to nobody. */
	isOver: boolean;
}

/**
 * Calls that wait for an engine beside their run, in this Worker's memory: if it dies, they end with their run. Only the attempt that began a call
 * reaches it, and its answer is taken once.
 */
export class EngineCalls<Call> {
	readonly #open = new Map<string, OpenCall<Call>>();

	/** @returns calls that waited too long or were too many, for the caller to end */
	begin(callId: string, begun: Pick<OpenCall<Call>, "authority" | "dataset" | "writes" | "call">, nowMs: number): OpenCall<Call>[] {
		const ended = this.#sweep(nowMs);
		this.#open.set(callId, { ...begun, expiresAtMs: nowMs + LIMITS.engineCallMs, imageReads: 0, saved: null, isOver: false });
		return ended;
	}

	find(callId: string, authority: Authority, nowMs: number): OpenCall<Call> | null {
		const open = this.#open.get(callId);
		if (open === undefined || nowMs >= open.expiresAtMs || !isSame(open.authority, authority)) return null;
		return open;
	}

	/** Takes the call out, for its one end. */
	take(callId: string, authority: Authority, nowMs: number): OpenCall<Call> | null {
		const open = this.find(callId, authority, nowMs);
		if (open === null) return null;
		this.#open.delete(callId);
		open.isOver = true;
		return open;
	}

	#sweep(nowMs: number): OpenCall<Call>[] {
		const ended: OpenCall<Call>[] = [];
		// Oldest first, and all wait equally long.
		for (const [callId, open] of this.#open) {
			if (nowMs < open.expiresAtMs && this.#open.size < LIMITS.engineCalls) break;
			this.#open.delete(callId);
			open.isOver = true;
			ended.push(open);
		}
		return ended;
	}
}

const isSame = (one: Authority, other: Authority): boolean =>
	one.tenantId === other.tenantId && one.agentId === other.agentId && one.runId === other.runId && one.attempt === other.attempt;

/** The call's dataset, a few times at most. */
export const sendImage = async (env: Env, open: OpenCall<unknown>): Promise<Response> => {
	if (open.imageReads >= LIMITS.engineImageReads) return new Response(null, { status: 429 });
	open.imageReads += 1;
	return await sendBlob(env, open.dataset.key);
};

/** Keeps the changed image under a key of its own until the call's end says what becomes of it. Once. */
export const saveImage = async (env: Env, open: OpenCall<unknown>, body: ReadableStream<Uint8Array>): Promise<boolean> => {
	if (!open.writes || open.saved !== null) return false;
	open.saved = "saving";
	const key = datasetKey(open.authority.tenantId, open.dataset.resourceId, crypto.randomUUID());
	const written = await writeBlob(env.BLOBS, key, body, { type: IMAGE_TYPE, mostBytes: LIMITS.datasetBytes });
	if (written.kind === "too_large") return false;
	if (open.isOver) {
		await env.BLOBS.delete(key);
		return false;
	}
	open.saved = { key, bytes: written.bytes };
	return true;
};
