import { LIMITS } from "../../contract/limits.ts";

/** A body of a request that nobody has shown to be a sender's own yet. */
export interface Arrival {
	/** Aborted when its room went to another one: it is to be read no further. */
	readonly givenUp: AbortSignal;
	/** Takes room for so many bytes of it that have come. @returns whether there was room, and it has not been given up */
	hold(bytes: number): boolean;
	/** It is here, and keeps its room until it is over. */
	arrived(): void;
	/** Gives its room back. */
	over(): void;
}

interface Place {
	/** What has come of it. */
	bytes: number;
	readonly abort: AbortController;
}

interface Room {
	/** Of all bodies, those that are here with those that arrive. */
	bytes: number;
	/** In the order in which they began. */
	readonly arriving: Set<Place>;
}

/** Of each tenant. */
const rooms = new Map<string, Room>();

/**
 * Begins a body that whoever knows a tenant's hook may send, in a room apart from what the tenant's own requests have. It takes room as it comes, not as it
 * is announced: what is said and not sent holds nothing. Where there is none left, the largest of those that arrive goes, of equals the one that began first: whoever
 * fills the room has to send as much, and loses it to what is smaller.
 */
export const beginArrival = (tenantId: string): Arrival => {
	const room = rooms.get(tenantId) ?? { bytes: 0, arriving: new Set<Place>() };
	rooms.set(tenantId, room);
	const place: Place = { bytes: 0, abort: new AbortController() };
	room.arriving.add(place);
	return {
		givenUp: place.abort.signal,
		hold: (bytes) => {
			if (place.abort.signal.aborted || !makeRoom(room, place, bytes)) return false;
			place.bytes += bytes;
			room.bytes += bytes;
			return true;
		},
		arrived: () => void room.arriving.delete(place),
		over: () => {
			empty(room, place);
			if (room.bytes === 0 && room.arriving.size === 0 && rooms.get(tenantId) === room) rooms.delete(tenantId);
		},
	};
};

/** Lets others go until there is room for what comes of one. @returns false: there is none, and nobody went, as those that are here have it */
const makeRoom = (room: Room, place: Place, bytes: number): boolean => {
	if (room.bytes + bytes <= LIMITS.bodyBytesArriving) return true;
	const others = [...room.arriving].filter((other) => other !== place);
	const here = others.reduce((left, other) => left - other.bytes, room.bytes);
	if (here + bytes > LIMITS.bodyBytesArriving) return false;
	// Sorting keeps equals in the order in which they began.
	for (const other of others.sort((a, b) => b.bytes - a.bytes)) {
		if (room.bytes + bytes <= LIMITS.bodyBytesArriving) break;
		other.abort.abort();
		empty(room, other);
	}
	return true;
};

const empty = (room: Room, place: Place): void => {
	room.arriving.delete(place);
	room.bytes -= place.bytes;
	place.bytes = 0;
};
