import { LIMITS } from "../../../contract/limits.ts";
import type { ToldEvent } from "../../../contract/events.ts";
import type { ObjectState } from "./object-state.ts";

/**
 * Tells the tenant's endpoints of the oldest events that they were not told of. An event is forgotten only when they have it, so one may be told twice and none is left out.
 * @param tell throws when they do not have all of them @returns whether there may be more to tell
 */
export const tellEvents = async (state: ObjectState, tell: (told: readonly ToldEvent[]) => Promise<void>): Promise<boolean> => {
	const ids = state.outbox.tellings(LIMITS.eventsToldAtOnce);
	const told = ids.flatMap((id) => state.events.told(id) ?? []);
	if (told.length > 0) await tell(told);
	state.step(() => {
		for (const id of ids) state.events.sent(id, "telling");
	});
	return ids.length > 0;
};
