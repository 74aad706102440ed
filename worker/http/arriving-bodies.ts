import { LIMITS } from "../../contract/limits.ts";

/** A body of a request that nobody has shown to be a sender's own yet. */
export interface Arrival {
	/** Aborted when its room went to another one: it is to be read no further. */
	readonly givenUp: AbortSignal;
	/** It is here, and keeps its room until it is over. */
	arrived(): void;
	/** Gives its room back. */
	over(): void;
}

interface Place {
	readonly bytes: number;
	/** Null: it is here. */
	giveUp: (() => void) | null;
}

/** Of each tenant, in the order in which they began. */
const places = new Map<string, Set<Place>>();

/**
 * Sets room aside for a body that whoever knows a tenant's hook may send, apart from what the tenant's own requests have. Where there is none left, those
 * go that have been arriving the longest: a sender's own body comes at once, so that whoever sends slowly shuts nobody else out.
 * @param bytes what the body may have at most @returns null: all the room is taken by bodies that are here
 */
export const beginArrival = (tenantId: string, bytes: number): Arrival | null => {
	const others = places.get(tenantId) ?? new Set<Place>();
	const here = [...others].filter(({ giveUp }) => giveUp === null);
	// Nobody goes for one that finds no room all the same.
	if (LIMITS.bodyBytesArriving - sumOf(here) < bytes) return null;
	let free = LIMITS.bodyBytesArriving - sumOf([...others]);
	for (const other of others) {
		if (free >= bytes) break;
		if (other.giveUp === null) continue;
		other.giveUp();
		others.delete(other);
		free += other.bytes;
	}
	const abort = new AbortController();
	const place: Place = { bytes, giveUp: () => abort.abort() };
	others.add(place);
	places.set(tenantId, others);
	return {
		givenUp: abort.signal,
		arrived: () => {
			place.giveUp = null;
		},
		over: () => {
			others.delete(place);
			if (others.size === 0 && places.get(tenantId) === others) places.delete(tenantId);
		},
	};
};

const sumOf = (some: readonly Place[]): number => some.reduce((sum, { bytes }) => sum + bytes, 0);
