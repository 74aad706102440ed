import { LIMITS } from "../../../contract/limits.ts";
import type { RunNews } from "../../agents/object/follow-run.ts";
import type { RunCursor, RunView } from "../../agents/object/run-changes.ts";
import { eventText, HEARTBEAT, retryText } from "./event-text.ts";
import { listEvents } from "./list-events.ts";

/** Where a stream's events come from: what is new after a cursor, at once or within the time. */
export type LookAfter = (cursor: RunCursor, waitMs: number) => Promise<RunNews>;

export interface StreamSource {
	readonly look: LookAfter;
	/** The first look's answer. */
	readonly first: RunNews;
	readonly from: RunCursor;
	/** Whether the reader may still read. */
	isWelcome(): Promise<boolean>;
}

/**
 * The events of a run as a body. It looks at the run only when its reader takes more, so a slow reader waits for itself and holds one look's events at
 * most. Ends after `end`, when the reader is not welcome any more, and when its time is over; then the reader resumes.
 */
export const eventStream = (source: StreamSource): ReadableStream<Uint8Array> => {
	const texts = streamTexts(source);
	const encoder = new TextEncoder();
	return new ReadableStream(
		{
			pull: async (controller) => {
				const next = await texts.next();
				if (next.done === true) controller.close();
				else controller.enqueue(encoder.encode(next.value));
			},
			cancel: async () => {
				await texts.return();
			},
		},
		{ highWaterMark: 0 },
	);
};

async function* streamTexts({ look, first, from, isWelcome }: StreamSource): AsyncGenerator<string, void, void> {
	const startedAtMs = Date.now();
	let [cursor, news, beatAtMs] = [from, first, startedAtMs + LIMITS.eventsHeartbeatMs];
	yield retryText(LIMITS.eventsRetryMs);
	for (let looks = 1; news.kind !== "gone"; looks += 1) {
		if (news.kind === "view") {
			const events = listEvents(news.view, cursor);
			cursor = events.at(-1)?.after ?? cursor;
			if (events.length > 0) yield events.map(eventText).join("");
			if (cursor.isEnded) return;
			await rest(isBehind(news.view) ? Math.max(0, news.restMs - LIMITS.eventsRestMs) : news.restMs);
		}
		if (looks >= LIMITS.eventsLooks || Date.now() - startedAtMs >= LIMITS.eventsLifeMs) return;
		if (Date.now() >= beatAtMs) {
			if (!(await isWelcome())) return;
			beatAtMs = Date.now() + LIMITS.eventsHeartbeatMs;
			yield HEARTBEAT;
		}
		news = await look(cursor, Math.max(0, Math.min(LIMITS.eventsLookMs, beatAtMs - Date.now())));
	}
}

/** There is more to be told at once. */
const isBehind = ({ changed, fresh }: RunView): boolean => changed.length + fresh.length >= LIMITS.eventsPage;

const rest = (restMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, restMs));
