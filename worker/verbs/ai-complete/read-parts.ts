import { LIMITS } from "../../../contract/limits.ts";
import type { Redactor } from "../http-fetch/redact-secret.ts";
import { type CompletionPlan, readUsage } from "./completion-plan.ts";
import type { LanguageModel } from "./language-model.ts";
import type { Patience } from "./patience.ts";
import { redactStream } from "./redact-stream.ts";
import { type Ending, finishReasonOf } from "./route-answer.ts";

/** Where a stream's text goes. Refuses when it cannot go on, and then the stream ends. */
export type PartTaker = (text: string) => Promise<"taken" | "nobody_reads" | "too_large">;

/**
 * Reads a model's stream to its end and hands its text on, without the key. The first token must come in the route's time, each further one in `modelIdleMs`;
 * what carries no token (pings, comments, empty parts) is no sign of life.
 */
export const readParts = async (
	model: LanguageModel,
	options: Parameters<LanguageModel["doStream"]>[0],
	{ bounds }: CompletionPlan,
	patience: Patience,
	taker: PartTaker,
	redactor: Redactor,
): Promise<Ending> => {
	const clean = redactStream(redactor);
	let tokensSeen = false;
	const broken = (): Ending => ({ kind: "broken", late: patience.signal.aborted, tokensSeen });
	let reader: ReadableStreamDefaultReader<StreamPart> | null = null;
	try {
		const opening = await patience.race(Promise.resolve(model.doStream(options)));
		if (opening.kind === "late") return broken();
		reader = opening.value.stream.getReader();
		for (;;) {
			const next = await patience.race(reader.read());
			if (next.kind === "late" || next.value.done) return broken();
			const part = next.value.value;
			if (part.type === "error") return broken();
			if ((part.type === "text-delta" || part.type === "reasoning-delta") && part.delta !== "") {
				tokensSeen = true;
				patience.extend(LIMITS.modelIdleMs);
			}
			if (part.type === "text-delta") {
				const handing = await hand(clean.push(part.delta), patience, taker);
				if (handing !== "taken") return handing === "late" ? broken() : { kind: "left", why: handing };
			}
			if (part.type !== "finish") continue;
			const { unified } = part.finishReason;
			if (unified === "error" || unified === "interrupted") return broken();
			const handing = await hand(clean.end(), patience, taker);
			if (handing !== "taken") return handing === "late" ? broken() : { kind: "left", why: handing };
			const usage = readUsage({ input: part.usage.inputTokens.total, output: part.usage.outputTokens.total }, bounds);
			return { kind: "answered", answer: { text: "", usage, finishReason: finishReasonOf(unified) } };
		}
	} catch {
		return broken();
	} finally {
		reader?.cancel().catch(() => undefined);
	}
};

type StreamPart = Awaited<ReturnType<LanguageModel["doStream"]>>["stream"] extends ReadableStream<infer Part> ? Part : never;

const hand = async (text: string, patience: Patience, taker: PartTaker): Promise<"taken" | "nobody_reads" | "too_large" | "late"> => {
	if (text === "") return "taken";
	// A program that reads slowly is no fault of the provider: only the call's own time counts meanwhile.
	patience.extend(LIMITS.modelMs.max);
	const handing = await patience.race(taker(text));
	patience.extend(LIMITS.modelIdleMs);
	return handing.kind === "late" ? "late" : handing.value;
};
