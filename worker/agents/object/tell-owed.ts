import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import type { TellingOne } from "./outbox.ts";
import type { Endpoints } from "./tell-events.ts";

const PREFIX = "telling ";

/**
 * Marks events that one endpoint is to be told of. Past LIMITS.eventsOwed the oldest are given up for this endpoint: an object that fails for good must not fill the
 * agent's. They stay in the feed.
 */
export const oweEvents = (state: ObjectState, endpointId: string, eventIds: readonly string[]): void => {
	const kind = `${PREFIX}${endpointId}` as const;
	for (const id of eventIds) state.outbox.mark(kind, id);
	const over = state.outbox.count(kind) - LIMITS.eventsOwed;
	if (over <= 0) return;
	console.error(`Telling an endpoint: ${over} events more than it may be owed, which it is not told of.`);
	state.events.sent(state.outbox.tellings(kind, over), kind);
};

/**
 * Tells endpoints of the events that each is owed, the oldest first, none of them waiting for another; one that is being told already is let be. What is not taken
 * stays for the next time.
 */
export const tellOwed = async (state: ObjectState, endpoints: Endpoints, underWay: Set<TellingOne>): Promise<void> => {
	const idle = state.outbox.tellingsOfOne().filter((kind) => !underWay.has(kind));
	await Promise.all(
		idle.map(async (kind) => {
			underWay.add(kind);
			try {
				while (await tellOne(state, kind, endpoints));
			} finally {
				underWay.delete(kind);
			}
		}),
	);
};

/** @returns whether it took some: it may be owed more by then */
const tellOne = async (state: ObjectState, kind: TellingOne, endpoints: Endpoints): Promise<boolean> => {
	const ids = state.outbox.tellings(kind, LIMITS.eventsToldAtOnce);
	const told = ids.flatMap((id) => state.events.told(id) ?? []);
	if (told.length > 0 && !(await endpoints.tell(kind.slice(PREFIX.length), told))) return false;
	if (ids.length > 0) state.step(() => state.events.sent(ids, kind));
	return ids.length > 0;
};
