/*
 * N13 Runs random programs out of the runtime's own parts: buffers that are resized, streams, clones, proxies, expressions, coders
 * wall: isolate
 * ends: held
 */
import assert from "node:assert/strict";
import { runEnded } from "../../../platform/run-to-end.ts";
import type { Scene } from "../../scene.ts";

/** A program that draws its steps from its own seed, so that a run repeats by its input. */
const PROGRAM = `export default async (input) => {
	let seed = input.seed;
	const next = (count) => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed % count; };
	const pool = [new ArrayBuffer(64, { maxByteLength: 4096 }), [], {}, "x".repeat(100), 1n, Symbol.iterator, () => pool, new Map(), new Proxy([], {})];
	const any = () => pool[next(pool.length)];
	const makers = [
		() => new Uint8Array(any()), () => new Float64Array(any(), next(9), next(9)), () => new DataView(any(), next(9)), () => any().resize?.(next(5000)), () => any().transfer?.(next(99)),
		() => structuredClone(any(), { transfer: next(2) ? [any()] : [] }), () => new ReadableStream({ type: next(2) ? "bytes" : undefined, pull: (c) => { any(); c.enqueue(any()); } }),
		() => any().getReader?.({ mode: next(2) ? "byob" : undefined }), () => any().read?.(any()), () => any().tee?.(), () => any().cancel?.(), () => any().pipeThrough?.(new TextDecoderStream()),
		() => new Proxy(any(), { get: () => any(), set: () => true, ownKeys: () => [] }), () => Object.setPrototypeOf(any(), any()), () => Reflect.construct(Map, [[[any(), any()]]], any()),
		() => new URLPattern({ pathname: "/:" + "a".repeat(next(99)) }).exec(String(any())), () => new URLSearchParams(any()), () => new Response(any(), any()), () => new Headers(any()), () => new Blob([any(), any()]),
		() => crypto.subtle.digest("SHA-256", any()), () => new TextDecoder().decode(any()), () => new TextEncoder().encodeInto(String(any()), any()), () => any().slice?.(next(9), next(9)), () => any().set?.(any(), next(9)),
		() => new RegExp(String(any()).slice(0, 20), "v").exec("x".repeat(next(999))), () => any().sort?.(() => next(3) - 1), () => Array.from(any()).flat(Infinity), () => Object.assign(any(), any()), () => Iterator.from(any()).map(any()).take(9).toArray(),
		() => new CompressionStream("gzip").writable.getWriter().write(any()), () => Atomics.add(any(), next(9), 1), () => any().toBase64?.(), () => Uint8Array.fromHex("0".repeat(next(9))), () => new HTMLRewriter().on("*", { element: any() }).transform(new Response("<a>")),
		() => any().then?.(any(), any()), () => Promise.race([any()]), () => new AbortController().signal.addEventListener("abort", any()), () => new MessageChannel().port1.postMessage(any()), () => queueMicrotask(any()),
	];
	let threw = 0;
	for (let step = 0; step < 1500; step += 1) {
		try {
			let made = makers[next(makers.length)]();
			if (next(4) === 0) made = await Promise.race([made, new Promise((resolve) => setTimeout(resolve, 1))]);
			if (typeof made === "object" && made !== null) pool[next(60)] = made;
			for (let index = 0; index < 60; index += 1) pool[index] ??= {};
		} catch { threw += 1; }
	}
	return threw > 0;
};`;
const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34];
/** What a program may come to by itself. */
const OWN_ENDS = new Set([
	"program_threw",
	"cpu_exceeded",
	"memory_exceeded",
	"wall_time_exceeded",
	"never_settled",
	"result_not_serializable",
]);

export const attack = async ({ api }: Scene): Promise<void> => {
	const tryOne = async (seed: number): Promise<void> => {
		const limits = { cpuMs: 1_500, wallMs: 8_000, memoryMb: 64 };
		const begun = await api.run({ agent: "hostile", program: PROGRAM, language: "javascript", input: { seed }, limits, grants: [] });
		const { status, error } = await runEnded(api, begun.id);
		assert.ok(status === "succeeded" || OWN_ENDS.has(error?.code ?? ""), `seed ${seed}: ${JSON.stringify(error)}`);
	};
	await Promise.all(SEEDS.map(tryOne));
};
