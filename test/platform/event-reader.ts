import { createParser, type EventSourceMessage } from "eventsource-parser";

/** An event as it came, with when. */
export interface ReadEvent {
	readonly id: string;
	readonly event: string;
	readonly data: unknown;
	readonly cameAtMs: number;
}

/** A stream of events under way. */
export interface EventReader {
	readonly response: Response;
	readonly events: readonly ReadEvent[];
	/** Resolves with the first event, come or to come, that fits. @throws when the stream ends before */
	next(fits: (event: ReadEvent) => boolean): Promise<ReadEvent>;
	/** Resolves when the stream has ended, with everything that came. */
	all(): Promise<readonly ReadEvent[]>;
	/** Hangs up. */
	close(): void;
}

/** Reads a run's events as a client of the API does. */
export const readEvents = async (url: string, key: string, runId: string, lastEventId?: string): Promise<EventReader> => {
	const gone = new AbortController();
	const resumes: Record<string, string> = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
	const response = await fetch(`${url}/v1/runs/${runId}/events`, {
		headers: { authorization: `Bearer ${key}`, ...resumes },
		signal: gone.signal,
	});
	const events: ReadEvent[] = [];
	let [isOver, wake] = [false, (): void => {}];
	const parser = createParser({
		onEvent: ({ id = "", event = "", data }: EventSourceMessage) => {
			events.push({ id, event, data: JSON.parse(data), cameAtMs: Date.now() });
		},
	});
	const read = async (): Promise<void> => {
		try {
			const decoder = new TextDecoder();
			for await (const chunk of response.body ?? []) {
				parser.feed(decoder.decode(chunk, { stream: true }));
				wake();
			}
		} catch {
			// Hung up, by us or by them: what came is there.
		}
		isOver = true;
		wake();
	};
	const ended = read();
	return {
		response,
		events,
		next: async (fits) => {
			for (;;) {
				const found = events.find(fits);
				if (found !== undefined) return found;
				if (isOver) throw new Error(`Waiting for an event: the stream ended after ${events.map(({ event }) => event).join(" ")}`);
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		},
		all: async () => {
			await ended;
			return events;
		},
		close: () => gone.abort(),
	};
};
