import type { TokenUsage } from "./completion-plan.ts";

export type FinishReason = "stop" | "length" | "content-filter" | "other";

/** What a model said. */
export interface RouteAnswer {
	/** As the provider sent it; empty for a stream, whose parts are with the taker. */
	readonly text: string;
	/** Null: the provider told none that can be believed. */
	readonly usage: TokenUsage | null;
	readonly finishReason: FinishReason;
}

/** How a package's work ended. */
export type Ending =
	| { kind: "answered"; answer: RouteAnswer }
	/** The program's own side ended it: nobody reads any more, or what was said is too large for it. */
	| { kind: "left"; why: "nobody_reads" | "too_large" }
	/** With an error of any kind, which is not looked at. */
	| { kind: "broken"; late: boolean; tokensSeen: boolean };

export const finishReasonOf = (unified: string): FinishReason =>
	unified === "stop" || unified === "length" || unified === "content-filter" ? unified : "other";
