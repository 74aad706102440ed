import type { ToldEvent } from "../../../contract/events.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Untaken } from "../../endpoints/tell-endpoints.ts";
import type { ObjectState } from "./object-state.ts";
import { oweEvents } from "./tell-owed.ts";

/** Tells the tenant's endpoints of events, or one of them alone. @returns what they did not take @throws when nobody knows whom to tell */
export type Tell = (told: readonly ToldEvent[], only: string | null) => Promise<readonly Untaken[]>;

/**
 * Tells the tenant's endpoints of the oldest events that they were not told of. What one of them does not take it alone is owed, and the others go on. An event is
 * forgotten only when each has it, so one may be told twice and none is left out.
 * @returns whether there may be more to tell
 */
export const tellEvents = async (state: ObjectState, tell: Tell): Promise<boolean> => {
	const ids = state.outbox.tellings("telling", LIMITS.eventsToldAtOnce);
	if (ids.length === 0) return false;
	const told = ids.flatMap((id) => state.events.told(id) ?? []);
	const untaken = told.length > 0 ? await tell(told, null) : [];
	state.step(() => {
		for (const { endpointId, eventIds } of untaken) oweEvents(state, endpointId, eventIds);
		for (const id of ids) state.events.sent(id, "telling");
	});
	return true;
};
