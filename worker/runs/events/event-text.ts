import { eventId } from "./event-id.ts";
import type { RunEvent } from "./list-events.ts";

/** How long a reader waits before it resumes a stream that ended, as the stream's first words (HTML, Server-sent events §9.2.6). */
export const retryText = (retryMs: number): string => `retry: ${retryMs}\n\n`;

/** A comment: keeps what stands between from closing a quiet stream. */
export const HEARTBEAT = ":\n\n";

/**
 * An event as it goes over the wire. Nothing in it can end a line early: names are ours, ids have an alphabet of their own, and JSON escapes line breaks.
 */
export const eventText = ({ event, text, after }: RunEvent): string => `id: ${eventId(after)}\nevent: ${event}\ndata: ${text}\n\n`;
