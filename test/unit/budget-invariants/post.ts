import type { LeaseAsk, SliceAck, SliceReport } from "../../../worker/budgets/lease-messages.ts";

/** What becomes of a message between objects: it is not heard, its answer is not, it is heard twice, or who sent it dies before the answer comes. */
export const FATES = ["unheard", "unanswered", "twice", "sender dies"] as const;
export type Fate = (typeof FATES)[number];

/** A message that was sent, to be heard once more, however late. */
export type Letter =
	| { readonly kind: "lease"; readonly ask: LeaseAsk }
	| { readonly kind: "report"; readonly holder: string; readonly reports: readonly SliceReport[] }
	| { readonly kind: "acks"; readonly holder: string; readonly acks: readonly SliceAck[] }
	| { readonly kind: "back"; readonly holder: string; readonly n: number };

/** Never: for whoever died waiting. */
const NEVER = new Promise<never>(() => {});

/** The way of messages between objects. */
export class Post {
	/** Of the next messages, first to last. */
	readonly fates: Fate[] = [];
	readonly sent: Letter[] = [];

	/** @param die kills the sender; null: it lives on, and does not hear the answer. @throws when the message or its answer is lost */
	async carry<Answer>(letter: Letter | null, deliver: () => Promise<Answer>, die: (() => void) | null): Promise<Answer> {
		const fate = this.fates.shift();
		if (letter !== null) this.sent.push(structuredClone(letter));
		if (fate === "unheard") throw new Error("the message was lost");
		const answer = await deliver();
		if (fate === "twice") await deliver();
		if (fate === "unanswered" || (fate === "sender dies" && die === null)) throw new Error("the answer was lost");
		if (fate !== "sender dies") return structuredClone(answer);
		die?.();
		return NEVER;
	}
}
