import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import type { TellingOne } from "./outbox.ts";
import type { Tell } from "./tell-events.ts";

const PREFIX = "telling ";

/**
 * Marks events that an endpoint's object did not take: it alone is told again. Past LIMITS.eventsOwed the oldest are given up for this endpoint: an object that fails
 * for good must not fill the agent's. They stay in the feed.
 */
export const oweEvents = (state: ObjectState, endpointId: string, eventIds: readonly string[]): void => {
	const kind = `${PREFIX}${endpointId}` as const;
	for (const id of eventIds) state.outbox.mark(kind, id);
	const over = state.outbox.count(kind) - LIMITS.eventsOwed;
	if (over <= 0) return;
	console.error(`Telling an endpoint: ${over} events more than it may be owed, which it is not told of.`);
	for (const id of state.outbox.tellings(kind, over)) state.events.sent(id, kind);
};

/** Tells endpoints of the events that each is owed, the oldest first, none of them waiting for another. What is not taken again stays for the next time. */
export const tellOwed = async (state: ObjectState, tell: Tell): Promise<void> => {
	await Promise.all(
		state.outbox.tellingsOfOne().map(async (kind) => {
			while (await tellOne(state, kind, tell));
		}),
	);
};

/** @returns whether it took them, and is owed more */
const tellOne = async (state: ObjectState, kind: TellingOne, tell: Tell): Promise<boolean> => {
	const ids = state.outbox.tellings(kind, LIMITS.eventsToldAtOnce);
	const told = ids.flatMap((id) => state.events.told(id) ?? []);
	const untaken = told.length > 0 ? await tell(told, kind.slice(PREFIX.length)) : [];
	if (untaken.length > 0) return false;
	state.step(() => {
		for (const id of ids) state.events.sent(id, kind);
	});
	return ids.length === LIMITS.eventsToldAtOnce;
};
