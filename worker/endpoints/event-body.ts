import type { EndpointSettings } from "../../contract/endpoints.ts";
import type { TenantEvent, TestEvent, ToldEvent } from "../../contract/events.ts";

/** An event as an endpoint's object has it told: also one that only tries the endpoint. */
export type Told = Omit<ToldEvent, "event"> & { readonly event: TenantEvent | TestEvent };

/**
 * What is sent of an event, as JSON text in the shape of Standard Webhooks. Made once for each delivery: every attempt sends the same bytes.
 * @param payload `full`: with what the run returned, encoded as the API's answers have it; `resultOmitted` where it is too large for an event
 */
export const eventBody = ({ event, result }: Told, payload: EndpointSettings["payload"]): string => {
	const { id, type, atMs, agent, run } = event;
	const returned = payload === "full" && type === "run.succeeded" ? resultOf(result) : {};
	return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data: { id, agent, run, ...event.data, ...returned } });
};

const resultOf = (text: string | null): { result: unknown } | { resultOmitted: true } => {
	try {
		return text === null ? { resultOmitted: true } : { result: JSON.parse(text) };
	} catch {
		// Whatever it is, the event is told: a single one that nobody can write would hold up all that come after it.
		return { resultOmitted: true };
	}
};
