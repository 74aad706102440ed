import type { TenantEvent, ToldEvent } from "../../../contract/events.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Wanting } from "../../endpoints/tell-endpoints.ts";
import type { ObjectState } from "./object-state.ts";
import type { TellingOne } from "./outbox.ts";
import { oweEvents, tellOwed } from "./tell-owed.ts";

/** The tenant's endpoints, as an agent's object tells them of events. */
export interface Endpoints {
	/** Which of them want which of some events. @throws when nobody knows which endpoints there are */
	wanting(events: readonly TenantEvent[]): Promise<readonly Wanting[]>;
	/** @returns whether the endpoint took them, or wants none of them (any more) */
	tell(endpointId: string, told: readonly ToldEvent[]): Promise<boolean>;
}

/**
 * Tells the tenant's endpoints of events. Each is owed those that it wants and is told of them on its own, so that none waits for another. An event is forgotten
 * only when each has it, so one may be told twice and none is left out.
 * @param underWay endpoints that are being told, by the object as it lives now
 */
export const tellEvents = async (state: ObjectState, endpoints: Endpoints, underWay: Set<TellingOne>): Promise<void> => {
	while (await dealOut(state, endpoints));
	await tellOwed(state, endpoints, underWay);
};

/** The oldest events of which nobody has said yet who wants them are owed to those. @returns whether there may be more of them */
const dealOut = async (state: ObjectState, endpoints: Endpoints): Promise<boolean> => {
	const ids = state.outbox.tellings("telling", LIMITS.eventsToldAtOnce);
	if (ids.length === 0) return false;
	const events = ids.flatMap((id) => state.events.read(id) ?? []);
	const wanting = events.length > 0 ? await endpoints.wanting(events) : [];
	state.step(() => {
		// Others may have dealt them out meanwhile.
		const open = new Set(ids.filter((id) => state.outbox.has("telling", id)));
		for (const { endpointId, eventIds } of wanting) {
			const owed = eventIds.filter((id) => open.has(id));
			if (owed.length > 0) oweEvents(state, endpointId, owed);
		}
		state.events.sent([...open], "telling");
	});
	return ids.length === LIMITS.eventsToldAtOnce;
};
