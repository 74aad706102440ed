import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { newId } from "../../../contract/ids.ts";
import { writeBlob } from "../../../worker/blobs/write-blob.ts";

const CHUNK = 64 * 1024;
const TYPE = "text/csv";

/** A body of so many bytes, made as it is asked for; `made` counts them. */
const bodyOf = (
	bytes: number,
	breaksAt = Number.POSITIVE_INFINITY,
): { body: ReadableStream<Uint8Array>; made: () => number; isCancelled: () => boolean } => {
	let made = 0;
	let cancelled = false;
	const body = new ReadableStream<Uint8Array>(
		{
			pull: (controller) => {
				if (made >= breaksAt) return controller.error(new Error("the far side is gone"));
				const chunk = new Uint8Array(Math.min(CHUNK, bytes - made));
				chunk.fill((made / CHUNK) % 251);
				made += chunk.length;
				if (chunk.length > 0) controller.enqueue(chunk);
				if (made >= bytes) controller.close();
			},
			cancel: () => {
				cancelled = true;
			},
		},
		{ highWaterMark: 0 },
	);
	return { body, made: () => made, isCancelled: () => cancelled };
};

describe("writing a blob", () => {
	it.each([0, 1, LIMITS.contentPartBytes - 1, LIMITS.contentPartBytes, LIMITS.contentPartBytes + 1, LIMITS.contentPartBytes * 2])(
		"keeps a body of %i bytes as it came, with its type",
		async (bytes) => {
			const key = newId("hdl");
			expect(await writeBlob(env.BLOBS, key, bodyOf(bytes).body, { type: TYPE, mostBytes: bytes })).toEqual({ kind: "written", bytes });
			const blob = await env.BLOBS.get(key);
			expect([blob?.size, blob?.httpMetadata?.contentType]).toEqual([bytes, TYPE]);
			const content = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
			for (let at = 0; at < bytes; at += CHUNK) expect(content[at]).toBe((at / CHUNK) % 251);
		},
	);

	it.each([10, LIMITS.contentPartBytes, LIMITS.contentPartBytes + 10])("keeps nothing of a body of one byte more than %i", async (most) => {
		const key = newId("hdl");
		const { body, isCancelled } = bodyOf(most + CHUNK * 3);
		expect(await writeBlob(env.BLOBS, key, body, { type: TYPE, mostBytes: most })).toEqual({ kind: "too_large" });
		expect(isCancelled()).toBe(true);
		expect(await env.BLOBS.head(key)).toBeNull();
		expect(await writeBlob(env.BLOBS, key, bodyOf(most + 1).body, { type: TYPE, mostBytes: most })).toEqual({ kind: "too_large" });
		expect(await env.BLOBS.head(key)).toBeNull();
	});

	it.each([CHUNK, LIMITS.contentPartBytes + CHUNK])("keeps what was there when a body breaks after %i bytes", async (breaksAt) => {
		const key = newId("hdl");
		await env.BLOBS.put(key, "before");
		const broken = bodyOf(LIMITS.contentBytes, breaksAt);
		await expect(writeBlob(env.BLOBS, key, broken.body, { type: TYPE, mostBytes: LIMITS.contentBytes })).rejects.toThrow(
			"the far side is gone",
		);
		expect(await (await env.BLOBS.get(key))?.text()).toBe("before");
	});

	it("reads the largest content ahead of the store by one part at most", async () => {
		const key = newId("hdl");
		const { body, made } = bodyOf(LIMITS.contentBytes);
		let uploaded = 0;
		let ahead = 0;
		const store = new Proxy(env.BLOBS, {
			get: (bucket, name) => {
				if (name !== "createMultipartUpload") return Reflect.get(bucket, name).bind(bucket);
				return async (...args: Parameters<R2Bucket["createMultipartUpload"]>) => {
					const upload = await bucket.createMultipartUpload(...args);
					return {
						complete: (parts: R2UploadedPart[]) => upload.complete(parts),
						abort: () => upload.abort(),
						uploadPart: async (part: number, bytes: Uint8Array) => {
							ahead = Math.max(ahead, made() - uploaded);
							uploaded += bytes.length;
							return upload.uploadPart(part, bytes);
						},
					};
				};
			},
		});
		expect(await writeBlob(store, key, body, { type: TYPE, mostBytes: LIMITS.contentBytes })).toMatchObject({ bytes: LIMITS.contentBytes });
		expect(ahead).toBeLessThanOrEqual(LIMITS.contentPartBytes + CHUNK);
		expect((await env.BLOBS.head(key))?.size).toBe(LIMITS.contentBytes);
		await env.BLOBS.delete(key);
	});
});
